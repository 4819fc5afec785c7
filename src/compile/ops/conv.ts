import type { Builder } from '../../formats/onnx/builder.ts'
import type { Value } from '../../formats/onnx/value.ts'
import { dataInputs, type GraphNode, nodeError, numberAttr, numbersAttr, stringsAttr } from '../../graph/graph.ts'
import { floatsOf } from '../../graph/tensor.ts'
import { permuted } from '../../graph/transpose.ts'
import { explicitPads, imageOf, imageResult, slide, spatial } from '../image.ts'
import { activate } from './activation.ts'
import type { Lowering } from './lowering.ts'
import { scaleAndShift } from './normalize.ts'

/** Conv2D and its fused forms: weights [height, width, channels in, channels out]. */
export const conv2d: Lowering = (node, builder) => [fused(node, builder, convolve(node, builder, false))]

/** Depthwise: weights [height, width, channels, multiplier], so channel c gives outputs c * multiplier and on. */
export const depthwise: Lowering = (node, builder) => [fused(node, builder, convolve(node, builder, true))]

function convolve(node: GraphNode, builder: Builder, isDepthwise: boolean): Value {
  const image = imageOf(builder, node, builder.operand(node.inputs[0]!))
  const weights = builder.known(node, 1)
  if (weights.shape.length !== 4) throw nodeError(node, 'its weights do not have four axes.')
  const [kernelHeight, kernelWidth, third, fourth] = weights.shape as [number, number, number, number]
  const filters = isDepthwise ? third * fourth : fourth
  const inputsEach = isDepthwise ? 1 : third
  const groups = image.channels / inputsEach
  if (!Number.isInteger(groups) || (isDepthwise && third !== image.channels)) {
    throw nodeError(node, `Expected an input of ${third} channels but it has ${image.channels}.`)
  }
  const [strideY, strideX] = spatial(node, 'strides')
  const [dilationY, dilationX] = dilations(node)
  const [padY, padX] = explicitPads(node)
  const [top, left, bottom, right] = image.padding
  const rows = { size: image.height + top + bottom, window: kernelHeight, stride: strideY, dilation: dilationY }
  const columns = { size: image.width + left + right, window: kernelWidth, stride: strideX, dilation: dilationX }
  const y = slide(node, rows, padY)
  const x = slide(node, columns, padX)
  const data = (): Float32Array =>
    permuted(floatsOf(weights), [kernelHeight, kernelWidth, inputsEach, filters], [3, 2, 0, 1])
  const name = builder.floats(`${node.name}/weights`, [filters, inputsEach, kernelHeight, kernelWidth], data)
  return builder.emit(
    'Conv',
    node.name,
    [image.name, name],
    {
      dilations: [dilationY, dilationX],
      group: groups,
      kernel_shape: [kernelHeight, kernelWidth],
      pads: [top + y.pads[0], left + x.pads[0], bottom + y.pads[1], right + x.pads[1]],
      strides: [strideY, strideX],
    },
    { ...imageResult(node, image.batch, filters, y.out, x.out), products: inputsEach * kernelHeight * kernelWidth },
  )
}

/** One number an axis of the picture, or of all four axes. */
function dilations(node: GraphNode): [number, number] {
  const numbers = numbersAttr(node, 'dilations')
  return numbers.length === 2 ? [numbers[0]!, numbers[1]!] : spatial(node, 'dilations')
}

/** What a _Fused… node does after its convolution or product: `fused_ops` in turn, with the inputs that follow. */
export function fused(node: GraphNode, builder: Builder, start: Value): Value {
  const extra = dataInputs(node).slice(2)
  let value = start
  for (const op of stringsAttr(node, 'fused_ops')) {
    if (op === 'BiasAdd') value = biased(node, builder, value)
    else if (op === 'FusedBatchNorm') {
      const [scale, offset, mean, variance] = extra.map((_, i) => floatsOf(builder.known(node, 2 + i)))
      value = scaleAndShift(node, builder, value, {
        scale,
        offset,
        mean,
        variance,
        epsilon: numberAttr(node, 'epsilon', 1e-3),
      })
    } else value = activate(node, builder, op, value)
  }
  return value
}

function biased(node: GraphNode, builder: Builder, value: Value): Value {
  const result = builder.withBias(value, builder.known(node, 2))
  if (result === undefined) throw nodeError(node, 'its bias is not one number a channel.')
  return result
}
