import {
  boolAttr,
  constantOf,
  constNode,
  dtypeAttr,
  type Graph,
  type GraphNode,
  nodesByName,
  parseRef,
  stringAttr,
} from '../graph.ts'
import { floatsOf, floatTensor, type NumericTensor, type Tensor } from '../tensor.ts'
import { useCounts } from '../traverse.ts'
import { type Affine, affineOf, type Channels } from './affineOps.ts'

/** Longer than any network's normalisation: a chain of thousands would keep what each of its steps came to. */
const LONGEST = 64

/** A layer with constant weights, and the product of all scaling and shifting found behind it so far. */
interface Layer {
  readonly node: GraphNode
  readonly weights: NumericTensor
  readonly channels: Channels
  /** The scaling and shifting nodes so far, in order. */
  readonly chain: readonly GraphNode[]
  readonly scale: Float64Array
  readonly shift: Float64Array
}

/**
 * Puts batch normalisation, in all its forms, and other constant scaling of channels into the weights of the convolution
 * or product before it, which keeps its name; the last node of the chain becomes a BiasAdd under its own.
 */
export function foldAffine(graph: Graph, outputs: readonly string[]): Graph {
  const byName = nodesByName(graph)
  const counts = useCounts(graph)
  const kept = new Set(outputs.map(output => parseRef(output).name))
  // A node whose second or later output is used, such as a moment of a FusedBatchNorm, can't be merged.
  const indexed = new Set(
    graph.nodes.flatMap(node => node.inputs.filter(input => parseRef(input).index > 0)).map(ref => parseRef(ref).name),
  )
  const open = new Map<string, Layer>()
  const result = new Map<string, GraphNode[]>()
  for (const node of graph.nodes) {
    const layer = layerOf(node, byName)
    const grown =
      layer ??
      (indexed.has(node.name)
        ? undefined
        : extended(node, byName, open, name => counts.get(name) === 1 && !kept.has(name)))
    result.set(node.name, [node])
    if (grown === undefined) continue
    open.set(node.name, grown)
    if (layer === undefined) {
      for (const merged of [grown.node, ...grown.chain]) result.set(merged.name, [])
      result.set(node.name, written(grown))
    }
  }
  return { ...graph, nodes: [...result.values()].flat() }
}

function layerOf(node: GraphNode, byName: ReadonlyMap<string, GraphNode>): Layer | undefined {
  const weights = constantOf(byName.get(parseRef(node.inputs[1] ?? '').name))
  if (weights === undefined || weights.dtype === 'string') return undefined
  const { shape } = weights
  const isConv = (node.op === 'Conv2D' || node.op === 'DepthwiseConv2dNative') && shape.length === 4
  const isProduct = node.op === 'MatMul' && shape.length === 2 && !boolAttr(node, 'transpose_b')
  if (!isConv && !isProduct) return undefined
  const count = node.op === 'DepthwiseConv2dNative' ? shape[2]! * shape[3]! : shape.at(-1)!
  const first = isConv && stringAttr(node, 'data_format', 'NHWC') === 'NCHW'
  const channels = { count, rank: shape.length, first }
  return { node, weights, channels, chain: [], scale: new Float64Array(count).fill(1), shift: new Float64Array(count) }
}

function extended(
  node: GraphNode,
  byName: ReadonlyMap<string, GraphNode>,
  open: ReadonlyMap<string, Layer>,
  isFree: (name: string) => boolean,
): Layer | undefined {
  const name = node.inputs.find(input => open.has(input))
  const layer = name === undefined || !isFree(name) ? undefined : open.get(name)
  if (layer && layer.chain.length >= LONGEST) return undefined
  const affine: Affine | undefined = layer && affineOf(node, byName, layer.channels)
  if (layer === undefined || affine === undefined || affine.input !== name) return undefined
  return {
    ...layer,
    chain: [...layer.chain, node],
    scale: layer.scale.map((factor, c) => factor * affine.scale[c]!),
    shift: layer.shift.map((term, c) => term * affine.scale[c]! + affine.shift[c]!),
  }
}

/** The nodes that replace the layer and its chain: scaled weights and one bias. A lone BiasAdd is left as it is. */
function written(layer: Layer): GraphNode[] {
  const { node, chain, scale, shift, channels } = layer
  const last = chain.at(-1)!
  if (chain.length === 1 && last.op === 'BiasAdd') return [node, last]
  const isScaled = scale.some(factor => factor !== 1)
  const weights = constNode(`${node.name}/folded_weights`, isScaled ? lazilyScaled(layer) : layer.weights)
  const bias = constNode(`${last.name}/folded_bias`, floatTensor([channels.count], Float32Array.from(shift)))
  const format = { kind: 'string', value: channels.first ? 'NCHW' : 'NHWC' } as const
  return [
    weights,
    bias,
    { ...node, inputs: [node.inputs[0]!, weights.name] },
    {
      name: last.name,
      op: 'BiasAdd',
      inputs: [node.name, bias.name],
      attrs: { T: dtypeAttr('float32'), data_format: format },
    },
  ]
}

/** Computed when first asked for: most layers of a chain are only a step to the next. */
function lazilyScaled(layer: Layer): Tensor {
  const { weights, scale } = layer
  let data: Float32Array | undefined
  return {
    dtype: 'float32',
    shape: weights.shape,
    get data(): Float32Array {
      data ??= scaled(floatsOf(weights), scale)
      return data
    },
  }
}

/** The last axes of every layer's weights are its output channels, in order. */
function scaled(weights: Float32Array, scale: Float64Array): Float32Array {
  const result = new Float32Array(weights.length)
  const channels = scale.length
  for (let start = 0; start < weights.length; start += channels) {
    for (let c = 0; c < channels; c++) result[start + c] = weights[start + c]! * scale[c]!
  }
  return result
}
