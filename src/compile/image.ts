import type { Builder } from '../formats/onnx/builder.ts'
import { imageAxes, isTensor, type Operand, type Padding, type Value } from '../formats/onnx/value.ts'
import { type GraphNode, nodeError, numbersAttr, stringAttr } from '../graph/graph.ts'

/** A value as convolutions and poolings take it: its ONNX tensor is [n, channels, height, width]. */
export interface Image {
  readonly name: string
  readonly batch: number
  readonly channels: number
  readonly height: number
  readonly width: number
  /** Zeros around it that are not written out yet. */
  readonly padding: Padding
}

/** Takes a node's picture-like input, whichever of TensorFlow's two layouts the node works in. */
export function imageOf(builder: Builder, node: GraphNode, operand: Operand): Image {
  if (operand.shape.length !== 4)
    throw nodeError(node, `Expected an input of 4 axes but it has ${operand.shape.length}.`)
  const format = dataFormat(node)
  // Pending zeros lie around the last two axes of the ONNX tensor: they are of use where those are height and width.
  const fits = !isTensor(operand) && (format === 'NCHW') === (operand.layout === 'plain')
  const bare = fits ? withoutPadding(operand) : operand
  const value = format === 'NCHW' ? builder.plain(bare) : builder.nchw(bare)
  const { channel, height, width } = imageAxes(format)
  const padding: Padding = (fits && operand.padding) || [0, 0, 0, 0]
  return {
    name: value.name,
    batch: value.shape[0]!,
    channels: value.shape[channel]!,
    height: value.shape[height]!,
    width: value.shape[width]!,
    padding,
  }
}

/** TensorFlow's shape and the layout of a result [n, channels, height, width]. */
export function imageResult(
  node: GraphNode,
  batch: number,
  channels: number,
  height: number,
  width: number,
): { shape: number[]; layout: Value['layout'] } {
  return dataFormat(node) === 'NCHW'
    ? { shape: [batch, channels, height, width], layout: 'plain' }
    : { shape: [batch, height, width, channels], layout: 'nchw' }
}

export function dataFormat(node: GraphNode): string {
  return stringAttr(node, 'data_format', 'NHWC')
}

/** Height's and width's entries of an attribute with one number an axis: strides, window, dilations. */
export function spatial(node: GraphNode, attr: string): [number, number] {
  const numbers = numbersAttr(node, attr)
  const { height, width } = imageAxes(dataFormat(node))
  return [numbers[height] ?? 1, numbers[width] ?? 1]
}

/** How a window moves over one axis. */
export interface Axis {
  readonly size: number
  readonly window: number
  readonly stride: number
  readonly dilation: number
}

/**
 * Output size and padding of one axis by TensorFlow's rules: SAME pads for ceil(size / stride) outputs, and where the
 * padding is odd, the extra pixel comes last. https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2
 */
export function slide(
  node: GraphNode,
  axis: Axis,
  explicit: readonly [number, number],
): { out: number; pads: [number, number] } {
  const { size, window, stride, dilation } = axis
  const reach = (window - 1) * dilation + 1
  if (stringAttr(node, 'padding') === 'SAME') {
    const out = Math.ceil(size / stride)
    const total = Math.max(0, (out - 1) * stride + reach - size)
    const begin = Math.floor(total / 2)
    return { out, pads: [begin, total - begin] }
  }
  const out = Math.floor((size + explicit[0] + explicit[1] - reach) / stride) + 1
  if (!(out > 0)) {
    throw nodeError(
      node,
      `its window of ${reach} pixels does not fit into ${size}.`,
      'The input size may be too small for this network.',
    )
  }
  return { out, pads: [explicit[0], explicit[1]] }
}

/** `explicit_paddings` of height and of width, for padding EXPLICIT. */
export function explicitPads(node: GraphNode): [[number, number], [number, number]] {
  const numbers = stringAttr(node, 'padding') === 'EXPLICIT' ? numbersAttr(node, 'explicit_paddings') : []
  const { height, width } = imageAxes(dataFormat(node))
  const pair = (axis: number): [number, number] => [numbers[2 * axis] ?? 0, numbers[2 * axis + 1] ?? 0]
  return [pair(height), pair(width)]
}

function withoutPadding(value: Value): Value {
  if (value.padding === undefined) return value
  const [top, left, bottom, right] = value.padding
  const { height, width } = imageAxes(value.layout === 'nchw' ? 'NHWC' : 'NCHW')
  const shape = value.shape.map((size, axis) =>
    axis === height ? size - top - bottom : axis === width ? size - left - right : size,
  )
  return { name: value.name, shape, layout: value.layout }
}
