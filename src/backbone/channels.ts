import { UserError } from '../errors.ts'
import { constantOf, dataInputs, type Graph, type GraphNode, nodesByName, parseRef } from '../graph/graph.ts'
import { numbersOf, type Tensor } from '../graph/tensor.ts'

/**
 * How many channels a node gives: the length of one bottleneck. Read from the weights on the way back from the node, since
 * most graphs do not say their shapes.
 *
 * @throws UserError E_NO_LENGTH where the weights do not tell
 */
export function channelsOf(graph: Graph, name: string): number {
  const byName = nodesByName(graph)
  const known = new Map<string, number | undefined>()
  const channels = channelsAt(name, byName, known)
  if (channels !== undefined) return channels
  throw new UserError('E_NO_LENGTH', `How many features the node "${name}" gives can't be told from the graph.`, {
    hint: 'Name another node with --bottleneck NODE: best the global average pooling.',
  })
}

type Nodes = ReadonlyMap<string, GraphNode>

function channelsAt(ref: string, byName: Nodes, known: Map<string, number | undefined>): number | undefined {
  const { name } = parseRef(ref)
  if (known.has(name)) return known.get(name)
  // Until it is known: a loop ends here.
  known.set(name, undefined)
  const node = byName.get(name)
  const channels = node && (ownChannels(node, byName) ?? inheritedChannels(node, byName, known))
  known.set(name, channels)
  return channels
}

/** What a node's own weights say. */
function ownChannels(node: GraphNode, byName: Nodes): number | undefined {
  const shape = constantAt(node.inputs[1], byName)?.shape
  switch (node.op) {
    case 'Conv2D':
    case '_FusedConv2D':
      return shape?.[3]
    case 'DepthwiseConv2dNative':
    case '_FusedDepthwiseConv2dNative':
    case 'FusedDepthwiseConv2dNative':
      return shape && shape[2]! * shape[3]!
    case 'MatMul':
    case '_FusedMatMul':
      return shape?.[node.attrs.transpose_b?.value === true ? 0 : 1]
    case 'BiasAdd':
    case 'BatchNormWithGlobalNormalization':
    case 'FusedBatchNorm':
    case 'FusedBatchNormV2':
    case 'FusedBatchNormV3':
      return shape?.[0]
    case 'Reshape': {
      const target = constantAt(node.inputs[1], byName)
      const last = target && numbersOf(target).at(-1)
      return last !== undefined && last > 0 ? last : undefined
    }
    default:
      return undefined
  }
}

/** Nearly every other op gives as many channels as it takes; a concatenation, what it takes together. */
function inheritedChannels(node: GraphNode, byName: Nodes, known: Map<string, number | undefined>): number | undefined {
  const inputs = dataInputs(node).filter(input => constantAt(input, byName) === undefined)
  if (node.op === 'ConcatV2' || node.op === 'Concat') {
    let sum = 0
    for (const input of inputs) {
      const channels = channelsAt(input, byName, known)
      if (channels === undefined) return undefined
      sum += channels
    }
    return sum
  }
  for (const input of inputs) {
    const channels = channelsAt(input, byName, known)
    if (channels !== undefined) return channels
  }
  return undefined
}

/** The constant behind a reference, through the Identity nodes that freezing leaves. */
function constantAt(ref: string | undefined, byName: Nodes): Tensor | undefined {
  let node = ref === undefined ? undefined : byName.get(parseRef(ref).name)
  while (node?.op === 'Identity') node = byName.get(parseRef(node.inputs[0] ?? '').name)
  return constantOf(node)
}
