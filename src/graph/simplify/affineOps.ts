import { boolAttr, constantOf, dataInputs, type GraphNode, numberAttr, parseRef, stringAttr } from '../graph.ts'
import { floatsOf, type Tensor } from '../tensor.ts'

/** y = scale * x + shift, one pair a channel. */
export interface Affine {
  /** The reference of x. */
  readonly input: string
  readonly scale: Float64Array
  readonly shift: Float64Array
}

/** Where a layer's channels are: the last axis, or the second of four. */
export interface Channels {
  readonly count: number
  readonly rank: number
  readonly first: boolean
}

type Constant = (ref: string | undefined) => Tensor | undefined

/** What a node does to its input if that is a scaling and shifting of each channel by constants, or undefined. */
export function affineOf(
  node: GraphNode,
  byName: ReadonlyMap<string, GraphNode>,
  channels: Channels,
): Affine | undefined {
  const constant: Constant = ref => (ref === undefined ? undefined : constantOf(byName.get(parseRef(ref).name)))
  if (/^FusedBatchNorm(V2|V3)?$/.test(node.op)) {
    const [scale, offset, mean, variance] = [1, 2, 3, 4].map(i => constant(node.inputs[i]))
    return normalization(node, channels, { scale, offset, mean, variance, epsilon: numberAttr(node, 'epsilon', 1e-4) })
  }
  if (node.op === 'BatchNormWithGlobalNormalization') {
    const [mean, variance, offset, gamma] = [1, 2, 3, 4].map(i => constant(node.inputs[i]))
    const scale = boolAttr(node, 'scale_after_normalization', true) ? gamma : undefined
    return normalization(node, channels, {
      scale,
      offset,
      mean,
      variance,
      epsilon: numberAttr(node, 'variance_epsilon', 1e-3),
    })
  }
  if (node.op === 'BiasAdd' || node.op === 'BiasAddV1') {
    const bias = constant(node.inputs[1])
    const first = stringAttr(node, 'data_format', 'NHWC') === 'NCHW'
    if (bias?.shape.length !== 1 || bias.shape[0] !== channels.count || first !== channels.first) return undefined
    return { input: node.inputs[0]!, scale: filled(channels, 1), shift: Float64Array.from(floatsOf(bias)) }
  }
  return arithmetic(node, channels, constant)
}

interface Parts {
  readonly scale: Tensor | undefined
  readonly offset: Tensor | undefined
  readonly mean: Tensor | undefined
  readonly variance: Tensor | undefined
  readonly epsilon: number
}

function normalization(node: GraphNode, channels: Channels, parts: Parts): Affine | undefined {
  const first = stringAttr(node, 'data_format', 'NHWC') === 'NCHW'
  const { offset, mean, variance, epsilon } = parts
  if (first !== channels.first || offset === undefined || mean === undefined || variance === undefined) return undefined
  const [offsets, means, variances] = [floatsOf(offset), floatsOf(mean), floatsOf(variance)]
  // Frozen in training mode the moments are empty.
  if (means.length !== channels.count || variances.length !== channels.count) return undefined
  const gammas = parts.scale === undefined ? undefined : floatsOf(parts.scale)
  const scale = filled(channels, 1).map((_, c) => (gammas?.[c] ?? 1) / Math.sqrt(variances[c]! + epsilon))
  return { input: node.inputs[0]!, scale, shift: scale.map((factor, c) => offsets[c]! - means[c]! * factor) }
}

function arithmetic(node: GraphNode, channels: Channels, constant: Constant): Affine | undefined {
  if (!/^(Add|AddV2|Sub|Mul|RealDiv|Div)$/.test(node.op)) return undefined
  const [left, right] = dataInputs(node)
  const [leftValue, rightValue] = [constant(left), constant(right)]
  if (left === undefined || right === undefined || (leftValue === undefined) === (rightValue === undefined))
    return undefined
  const values = perChannel((leftValue ?? rightValue)!, channels)
  if (values === undefined) return undefined
  const input = leftValue === undefined ? left : right
  if (node.op === 'Mul') return { input, scale: values, shift: filled(channels, 0) }
  if (node.op === 'Add' || node.op === 'AddV2') return { input, scale: filled(channels, 1), shift: values }
  if (node.op === 'Sub') {
    return leftValue === undefined
      ? { input, scale: filled(channels, 1), shift: values.map(value => -value) }
      : { input, scale: filled(channels, -1), shift: values }
  }
  return leftValue === undefined
    ? { input, scale: values.map(value => 1 / value), shift: filled(channels, 0) }
    : undefined
}

/** A constant that is one number, or one a channel and broadcast over all else. */
function perChannel(tensor: Tensor, channels: Channels): Float64Array | undefined {
  if (tensor.dtype === 'string' || tensor.shape.length > channels.rank) return undefined
  const values = floatsOf(tensor)
  if (values.length === 1) return filled(channels, values[0]!)
  const axis = tensor.shape.length - (channels.first ? 3 : 1)
  const fits = tensor.shape.every((size, i) => size === (i === axis ? channels.count : 1))
  return fits && values.length === channels.count ? Float64Array.from(values) : undefined
}

function filled(channels: Channels, value: number): Float64Array {
  return new Float64Array(channels.count).fill(value)
}
