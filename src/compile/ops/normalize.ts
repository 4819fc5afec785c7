import type { Builder } from '../../formats/onnx/builder.ts'
import { imageAxes, physicalAxis, type Value } from '../../formats/onnx/value.ts'
import { type GraphNode, nodeError, numberAttr } from '../../graph/graph.ts'
import { floatsOf, floatTensor } from '../../graph/tensor.ts'
import { dataFormat } from '../image.ts'
import type { Lowering } from './lowering.ts'

export interface Moments {
  readonly scale: Float32Array | undefined
  readonly offset: Float32Array | undefined
  readonly mean: Float32Array | undefined
  readonly variance: Float32Array | undefined
  readonly epsilon: number
}

/** FusedBatchNorm, V2 and V3: inputs x, scale, offset, mean, variance. */
export const fusedBatchNorm: Lowering = (node, builder) => {
  const [scale, offset, mean, variance] = [1, 2, 3, 4].map(i => floatsOf(builder.known(node, i)))
  const value = builder.value(builder.operand(node.inputs[0]!))
  // Older TensorFlow leaves out the attribute at its default.
  return [
    scaleAndShift(node, builder, value, { scale, offset, mean, variance, epsilon: numberAttr(node, 'epsilon', 1e-4) }),
  ]
}

/** The form of 2015: inputs x, mean, variance, beta, gamma. */
export const batchNormWithGlobalNormalization: Lowering = (node, builder) => {
  const [mean, variance, offset, gamma] = [1, 2, 3, 4].map(i => floatsOf(builder.known(node, i)))
  const after = node.attrs.scale_after_normalization
  const scale = after?.kind === 'bool' && !after.value ? undefined : gamma
  const value = builder.value(builder.operand(node.inputs[0]!))
  return [
    scaleAndShift(node, builder, value, {
      scale,
      offset,
      mean,
      variance,
      epsilon: numberAttr(node, 'variance_epsilon', 1e-3),
    }),
  ]
}

/** Batch normalisation with known moments is one product and one sum a channel. */
export function scaleAndShift(node: GraphNode, builder: Builder, value: Value, moments: Moments): Value {
  const { scale, offset, mean, variance, epsilon } = moments
  const axis = imageAxes(dataFormat(node)).channel
  const channels = value.shape[value.shape.length === 4 ? axis : value.shape.length - 1]!
  if (mean?.length !== channels || variance?.length !== channels) {
    throw nodeError(node, 'it was frozen in training mode: its moments are not in the graph.')
  }
  const factors = new Float32Array(channels)
  const terms = new Float32Array(channels)
  for (let c = 0; c < channels; c++) {
    const factor = (scale?.[c] ?? 1) / Math.sqrt(variance[c]! + epsilon)
    factors[c] = factor
    terms[c] = (offset?.[c] ?? 0) - mean[c]! * factor
  }
  const rank = value.shape.length
  const trailing = rank === 4 ? 3 - physicalAxis(value, axis) : 0
  const shape = [channels, ...new Array<number>(trailing).fill(1)]
  const product = builder.constant(`${node.name}/scale`, floatTensor(shape, factors))
  const sum = builder.constant(`${node.name}/offset`, floatTensor(shape, terms))
  const scaled = builder.emit('Mul', `${node.name}/scaled`, [value.name, product], {}, value)
  return builder.emit('Add', node.name, [scaled.name, sum], {}, value)
}

/** Local response normalisation; ONNX divides alpha by the window's length, TensorFlow does not. */
export const lrn: Lowering = (node, builder) => {
  const value = builder.nchw(builder.operand(node.inputs[0]!))
  const size = 2 * numberAttr(node, 'depth_radius', 5) + 1
  const attrs = {
    size,
    alpha: { float: numberAttr(node, 'alpha', 1) * size },
    beta: { float: numberAttr(node, 'beta', 0.5) },
    bias: { float: numberAttr(node, 'bias', 1) },
  }
  return [builder.emit('LRN', node.name, [value.name], attrs, { ...value, products: size })]
}
