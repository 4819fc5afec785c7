import type { Builder } from '../../formats/onnx/builder.ts'
import { imageAxes, isTensor, physicalAxis, type Value } from '../../formats/onnx/value.ts'
import { type GraphNode, nodeError, stringAttr } from '../../graph/graph.ts'
import { numbersOf } from '../../graph/tensor.ts'
import type { Lowering } from './lowering.ts'

/** Pad and PadV2. Zeros around height and width are left pending, for a convolution to take over. */
export const pad: Lowering = (node, builder) => {
  const operand = builder.operand(node.inputs[0]!)
  const pairs = pairsOf(node, builder)
  const constant = node.op === 'PadV2' ? numbersOf(builder.known(node, 2))[0]! : 0
  const shape = padded(operand.shape, pairs)
  const value = builder.value(operand)
  if (pairs.flat().every(size => size === 0)) return [value]
  const { height, width } = imageAxes(value.layout === 'nchw' ? 'NHWC' : 'NCHW')
  const onlySides = pairs.every((pair, axis) => axis === height || axis === width || pair.join() === '0,0')
  if (
    constant === 0 &&
    pairs.length === 4 &&
    onlySides &&
    pairs.flat().every(size => size >= 0) &&
    !isTensor(operand)
  ) {
    const [top, bottom] = pairs[height]!
    const [left, right] = pairs[width]!
    return [{ name: value.name, shape, layout: value.layout, padding: [top, left, bottom, right] }]
  }
  const moved = pairs.map((_, axis) => pairs[logicalAxis(value, axis)]!)
  return [builder.padded(node.name, value.name, moved, constant, { shape, layout: value.layout })]
}

/**
 * MirrorPad. ONNX has TensorFlow's REFLECT under its own name; SYMMETRIC, which repeats the border pixel, it has not, so
 * the rows and columns are gathered in their mirrored order.
 */
export const mirrorPad: Lowering = (node, builder) => {
  const value = builder.value(builder.operand(node.inputs[0]!))
  const pairs = pairsOf(node, builder)
  const shape = padded(value.shape, pairs)
  if (stringAttr(node, 'mode') === 'REFLECT') {
    const moved = pairs.map((_, axis) => pairs[logicalAxis(value, axis)]!)
    const pads = builder.ints([...moved.map(pair => pair[0]), ...moved.map(pair => pair[1])])
    const inputs = [value.name, pads]
    return [builder.emit('Pad', node.name, inputs, { mode: 'reflect' }, { shape, layout: value.layout })]
  }
  let result = value
  for (const [axis, [before, after]] of pairs.entries()) {
    if (before + after === 0) continue
    const size = value.shape[axis]!
    if (before > size || after > size) throw nodeError(node, 'it pads more than there is to mirror.')
    const order = [
      ...Array.from({ length: before }, (_, i) => before - 1 - i),
      ...Array.from({ length: size }, (_, i) => i),
      ...Array.from({ length: after }, (_, i) => size - 1 - i),
    ]
    const grown = result.shape.toSpliced(axis, 1, order.length)
    const attrs = { axis: physicalAxis(value, axis) }
    result = builder.emit('Gather', node.name, [result.name, builder.ints(order)], attrs, {
      shape: grown,
      layout: value.layout,
    })
  }
  return [result]
}

/** [before, after] of each axis. */
function pairsOf(node: GraphNode, builder: Builder): [number, number][] {
  const numbers = numbersOf(builder.known(node, 1))
  if (numbers.some(size => !Number.isInteger(size) || Math.abs(size) > 65_536))
    throw nodeError(node, 'its paddings are not known.')
  return Array.from({ length: numbers.length / 2 }, (_, i) => [numbers[2 * i]!, numbers[2 * i + 1]!])
}

function padded(shape: readonly number[], pairs: readonly [number, number][]): number[] {
  return shape.map((size, axis) => (size < 0 ? size : size + (pairs[axis]?.[0] ?? 0) + (pairs[axis]?.[1] ?? 0)))
}

/** Which of TensorFlow's axes lies at an axis of the ONNX tensor. */
function logicalAxis(value: Value, axis: number): number {
  return value.layout === 'nchw' ? [0, 3, 1, 2][axis]! : axis
}

/** [n, h, w, c] to [n * by * bx, h / by, w / bx, c], after padding: each of the grids that a dilated convolution sees. */
export const spaceToBatch: Lowering = (node, builder) => {
  const [blockY, blockX] = blockOf(node, builder)
  const [[top, bottom], [left, right]] = sides(node, builder, 2)
  const value = builder.plain(builder.operand(node.inputs[0]!))
  const [n, h, w, c] = value.shape as [number, number, number, number]
  const [height, width] = [h + top + bottom, w + left + right]
  const pairs = [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ] as const
  const shape = [n, height, width, c]
  const grown = builder.padded(`${node.name}/pad`, value.name, pairs, 0, { shape, layout: 'plain' })
  const split = [-1, height / blockY, blockY, width / blockX, blockX, c]
  const out = [n, height / blockY, width / blockX, c]
  return [blocks(node, builder, grown, split, [2, 4, 0, 1, 3, 5], [-1, ...out.slice(1)], out)]
}

/** The reverse, then cropped. */
export const batchToSpace: Lowering = (node, builder) => {
  const [blockY, blockX] = blockOf(node, builder)
  const [[top, bottom], [left, right]] = sides(node, builder, 2)
  const value = builder.plain(builder.operand(node.inputs[0]!))
  const [n, h, w, c] = value.shape as [number, number, number, number]
  const out = [n, h * blockY, w * blockX, c]
  const whole = blocks(
    node,
    builder,
    value,
    [blockY, blockX, -1, h, w, c],
    [2, 3, 0, 4, 1, 5],
    [-1, ...out.slice(1)],
    out,
  )
  const ends = [out[1]! - bottom, out[2]! - right]
  const inputs = [whole.name, builder.ints([top, left]), builder.ints(ends), builder.ints([1, 2])]
  const shape = [n, ends[0]! - top, ends[1]! - left, c]
  return [builder.emit('Slice', `${node.name}/crop`, inputs, {}, { shape, layout: 'plain' })]
}

function blocks(
  node: GraphNode,
  builder: Builder,
  value: Value,
  split: readonly number[],
  perm: readonly number[],
  target: readonly number[],
  shape: readonly number[],
): Value {
  if (split.some(size => !Number.isInteger(size))) throw nodeError(node, 'its blocks do not divide the picture.')
  const plain = 'plain' as const
  const apart = builder.emit(
    'Reshape',
    `${node.name}/split`,
    [value.name, builder.ints(split)],
    {},
    { shape: split, layout: plain },
  )
  const moved = builder.emit('Transpose', `${node.name}/moved`, [apart.name], { perm }, { shape: split, layout: plain })
  return builder.emit('Reshape', node.name, [moved.name, builder.ints(target)], {}, { shape, layout: plain })
}

function blockOf(node: GraphNode, builder: Builder): [number, number] {
  const block = numbersOf(builder.known(node, 1))
  if (block.length !== 2) throw nodeError(node, 'Expected blocks of two axes.')
  return [block[0]!, block[1]!]
}

function sides(node: GraphNode, builder: Builder, input: number): [[number, number], [number, number]] {
  const [top = 0, bottom = 0, left = 0, right = 0] = numbersOf(builder.known(node, input))
  return [
    [top, bottom],
    [left, right],
  ]
}
