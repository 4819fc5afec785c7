import type { ForeignModel, ForeignNode } from './parse.ts'

/** What lies between stored weights and the layer that uses them. */
const STORING = new Set(['DequantizeLinear', 'Cast', 'Identity'])

/** The shape of the weights behind a tensor, through what quantised and halved models have between; undefined for others. */
export function weightsShape(model: ForeignModel, name: string | undefined): readonly number[] | undefined {
  let at = name ?? ''
  for (let hops = 0; hops < 8; hops++) {
    const weights = model.tensors.get(at)
    if (weights !== undefined) return weights.shape
    const node = model.producers.get(at)
    if (node === undefined || !STORING.has(node.op)) return undefined
    at = node.inputs[0] ?? ''
  }
  return undefined
}

/** Walks back from a tensor to the weights that say how many channels it has. */
export function channelsAt(model: ForeignModel, tensor: string): number | undefined {
  const known = new Map<string, number | undefined>()
  const visit = (name: string): number | undefined => {
    if (known.has(name)) return known.get(name)
    known.set(name, undefined)
    const node = model.producers.get(name)
    const result = node && (ownChannels(model, node) ?? inherited(node, visit))
    known.set(name, result)
    return result
  }
  return visit(tensor)
}

function ownChannels(model: ForeignModel, node: ForeignNode): number | undefined {
  const at = (input: number, axis: number): number | undefined => weightsShape(model, node.inputs[input])?.at(axis)
  switch (node.op) {
    case 'Conv':
    case 'ConvInteger':
    case 'BatchNormalization':
      return at(1, 0)
    case 'QLinearConv':
      return at(3, 0)
    case 'Gemm':
      return at(1, node.ints.get('transB')?.[0] === 1 ? 0 : 1)
    case 'MatMul':
    case 'MatMulInteger':
      return at(1, -1)
    case 'QLinearMatMul':
      return at(3, -1)
    case 'QGemm':
      return at(3, node.ints.get('transB')?.[0] === 1 ? 0 : 1)
    default:
      return undefined
  }
}

function inherited(node: ForeignNode, visit: (name: string) => number | undefined): number | undefined {
  if (node.op === 'Concat') {
    const parts = node.inputs.map(visit)
    return parts.every(part => part !== undefined) ? parts.reduce((sum, part) => sum + part, 0) : undefined
  }
  for (const input of node.inputs) {
    const channels = visit(input)
    if (channels !== undefined) return channels
  }
  return undefined
}
