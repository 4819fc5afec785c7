import { UserError } from '../../errors.ts'
import type { ForeignModel, ForeignNode, ForeignPort } from './parse.ts'
import { DATA_TYPE } from './schema.ts'

/** What an ONNX model of somebody else's tells of itself. */
export interface OnnxInspection {
  /** The tensor that takes pictures. */
  readonly input: ForeignPort
  readonly channelsFirst: boolean
  /** Side of the input; undefined where it is open. */
  readonly size: number | undefined
  /** The tensor that the global pooling gives. */
  readonly bottleneck: string
  /** Length of one bottleneck, where the weights tell. */
  readonly features: number | undefined
}

/** The element types that a picture may be given as. */
const PICTURE_TYPES: readonly number[] = [DATA_TYPE.float, DATA_TYPE.uint8]

/**
 * @param names the node or tensor to feed and the one to take, where the model's structure does not tell
 * @throws UserError E_INPUTS, E_NO_INPUT, E_NO_POOLING, E_NO_NODE
 */
export function inspectOnnx(model: ForeignModel, names: { input?: string; bottleneck?: string } = {}): OnnxInspection {
  const input = pictureInput(model, names.input)
  const [, second = -1, third = -1, fourth = -1] = input.shape
  const channelsFirst = second === 3 || fourth !== 3
  const size = channelsFirst ? third : second
  const bottleneck = names.bottleneck === undefined ? globalPooling(model) : tensorOf(model, names.bottleneck)
  return {
    input,
    channelsFirst,
    size: size > 0 ? size : undefined,
    bottleneck,
    features: channelsAt(model, bottleneck),
  }
}

function pictureInput(model: ForeignModel, wanted: string | undefined): ForeignPort {
  const inputs = model.inputs.filter(port => !model.tensors.has(port.name))
  const candidates = wanted === undefined ? inputs : inputs.filter(port => port.name === wanted)
  const names = inputs.map(port => port.name).join('", "')
  const [input] = candidates
  if (input === undefined) {
    throw new UserError(
      'E_NO_INPUT',
      wanted === undefined ? 'The ONNX model has no input.' : `The ONNX model has no input "${wanted}".`,
      {
        hint: `Its inputs: "${names}".`,
      },
    )
  }
  if (candidates.length > 1) {
    throw new UserError('E_INPUTS', `The ONNX model has several inputs: "${names}".`, {
      hint: 'A network for pictures has one.',
    })
  }
  if (input.shape.length !== 4 || !PICTURE_TYPES.includes(input.type)) {
    throw new UserError('E_NO_INPUT', `The input "${input.name}" of the ONNX model does not take pictures.`, {
      hint: 'Expected float32 or uint8 with four axes: [n, 3, height, width] or [n, height, width, 3].',
    })
  }
  return input
}

function tensorOf(model: ForeignModel, name: string): string {
  for (const node of model.nodes) if (node.outputs.includes(name) || node.name === name) return node.outputs[0]!
  const some = model.nodes.slice(-3).map(node => node.outputs[0])
  throw new UserError('E_NO_NODE', `The ONNX model has no node "${name}".`, {
    hint: `Some that it has: ${some.join(', ')}.`,
  })
}

/** The last pooling over all of the picture, after which nothing looks at neighbouring pixels again. */
function globalPooling(model: ForeignModel): string {
  for (const node of [...model.nodes].reverse()) {
    if (isPooling(node, model) && !leadsToSpatial(model, node)) return node.outputs[0]!
  }
  throw new UserError(
    'E_NO_POOLING',
    'The ONNX model has no global pooling, where the features of a whole picture would come out.',
    {
      hint: 'Name the node that gives the features with --bottleneck NODE.',
    },
  )
}

function isPooling(node: ForeignNode, model: ForeignModel): boolean {
  if (node.op === 'GlobalAveragePool' || node.op === 'GlobalMaxPool') return true
  if (node.op === 'AveragePool') return Math.max(0, ...(node.ints.get('kernel_shape') ?? [])) > 3
  if (node.op !== 'ReduceMean' && node.op !== 'ReduceMax') return false
  const axes = node.ints.get('axes') ?? model.tensors.get(node.inputs[1] ?? '')?.ints ?? []
  const sorted = axes
    .map(axis => (axis < 0 ? axis + 4 : axis))
    .sort()
    .join()
  return sorted === '2,3' || sorted === '1,2'
}

const SPATIAL = new Set(['MaxPool', 'AveragePool', 'ConvTranspose', 'Resize', 'Upsample', 'LRN'])

function leadsToSpatial(model: ForeignModel, start: ForeignNode): boolean {
  const reached = new Set(start.outputs)
  const from = model.nodes.indexOf(start) + 1
  for (const node of model.nodes.slice(from)) {
    if (!node.inputs.some(input => reached.has(input))) continue
    for (const output of node.outputs) reached.add(output)
    if (SPATIAL.has(node.op)) return true
    const kernel = node.ints.get('kernel_shape') ?? model.tensors.get(node.inputs[1] ?? '')?.shape.slice(2) ?? []
    if (node.op === 'Conv' && kernel.some(size => size > 1)) return true
  }
  return false
}

/** Walks back from a tensor to the weights that say how many channels it has. */
function channelsAt(model: ForeignModel, tensor: string): number | undefined {
  const producers = new Map(model.nodes.flatMap(node => node.outputs.map(output => [output, node] as const)))
  const known = new Map<string, number | undefined>()
  const visit = (name: string): number | undefined => {
    if (known.has(name)) return known.get(name)
    known.set(name, undefined)
    const node = producers.get(name)
    const result = node && channelsOfNode(node)
    known.set(name, result)
    return result
  }
  const channelsOfNode = (node: ForeignNode): number | undefined => {
    const weights = model.tensors.get(node.inputs[1] ?? '')?.shape
    if (node.op === 'Conv') return weights?.[0]
    if (node.op === 'BatchNormalization') return weights?.[0]
    if (node.op === 'Gemm') return weights?.[node.ints.get('transB')?.[0] === 1 ? 0 : 1]
    if (node.op === 'MatMul') return weights?.at(-1)
    if (node.op === 'Concat') {
      const parts = node.inputs.map(visit)
      return parts.reduce<number | undefined>(
        (sum, part) => (sum === undefined || part === undefined ? undefined : sum + part),
        0,
      )
    }
    for (const input of node.inputs) {
      const channels = visit(input)
      if (channels !== undefined) return channels
    }
    return undefined
  }
  return visit(tensor)
}
