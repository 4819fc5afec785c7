import { type Builder, sizeOfOne } from '../../formats/onnx/builder.ts'
import { DATA_TYPE } from '../../formats/onnx/schema.ts'
import { BATCH, isTensor, type Operand, physicalAxis, type Value } from '../../formats/onnx/value.ts'
import { dataInputs, type GraphNode, nodeError, numberAttr, numbersAttr } from '../../graph/graph.ts'
import { inserted, make } from '../../graph/simplify/evaluate.ts'
import { DTYPE_CODES, elementCount, numbersOf } from '../../graph/tensor.ts'
import type { Lowering } from './lowering.ts'

/** Ops that hand on their first input. Dropout and its kind do nothing outside training. */
export const identity: Lowering = (node, builder) => [builder.operand(node.inputs[0]!)]

/** Element types of whole numbers; all others that a network computes with have fractions. */
const WHOLE: ReadonlySet<number> = new Set(
  (['int32', 'uint8', 'int16', 'int8', 'int64', 'uint16'] as const).map(dtype => DTYPE_CODES[dtype]),
)

/** Values are float32 here, whatever TensorFlow's type: what is left of a cast to whole numbers is that it truncates. */
export const cast: Lowering = (node, builder) => {
  const operand = builder.operand(node.inputs[0]!)
  if (WHOLE.has(numberAttr(node, 'SrcT')) || !WHOLE.has(numberAttr(node, 'DstT'))) return [operand]
  const value = builder.value(operand)
  const whole = builder.emit('Cast', `${node.name}/whole`, [value.name], { to: DATA_TYPE.int32 }, value)
  return [builder.emit('Cast', node.name, [whole.name], { to: DATA_TYPE.float }, value)]
}

/** IdentityN gives all of its inputs on, each as its own output. */
export const identities: Lowering = (node, builder) => dataInputs(node).map(input => builder.operand(input))

/** The sizes of a value: numbers known now, but for the batch. */
export const shapeOf: Lowering = (node, builder) => {
  const { shape } = builder.operand(node.inputs[0]!)
  const sizes = shape.map(size => (size === BATCH ? NaN : size))
  return [make('int32', [sizes.length], sizes)]
}

export const reshape: Lowering = (node, builder) => {
  const operand = builder.operand(node.inputs[0]!)
  return [reshaped(node, builder, operand, numbersOf(builder.known(node, 1)))]
}

export const squeeze: Lowering = (node, builder) => {
  const operand = builder.operand(node.inputs[0]!)
  const rank = operand.shape.length
  const given =
    numbersAttr(node, 'squeeze_dims').length > 0 ? numbersAttr(node, 'squeeze_dims') : numbersAttr(node, 'axis')
  const axes = given.map(axis => (axis < 0 ? axis + rank : axis))
  const shape = operand.shape.filter((size, axis) => (axes.length > 0 ? !axes.includes(axis) : size !== 1))
  return [reshaped(node, builder, operand, shape.map(openSize))]
}

export const expandDims: Lowering = (node, builder) => {
  const operand = builder.operand(node.inputs[0]!)
  const [axis = 0] = numbersOf(builder.known(node, 1))
  return [reshaped(node, builder, operand, inserted(operand.shape, axis).map(openSize))]
}

export function openSize(size: number): number {
  return size === BATCH ? NaN : size
}

/** @param target sizes as TensorFlow gives them: -1 for what is left, NaN for the batch */
export function reshaped(node: GraphNode, builder: Builder, operand: Operand, target: readonly number[]): Value {
  const shape = resolve(node, operand, target)
  const value = builder.value(operand)
  if (shape.join() === value.shape.join()) return value
  const source = inOrder(builder, value)
  const sizes = shape.map(size => (size === BATCH ? -1 : size))
  const isPixel = shape.length === 4 && shape[1] === 1 && shape[2] === 1
  const physical = isPixel ? [sizes[0]!, sizes[3]!, 1, 1] : sizes
  const layout = isPixel ? 'nchw' : 'plain'
  return builder.emit('Reshape', node.name, [source.name, builder.ints(physical)], {}, { shape, layout })
}

/** A value whose bytes lie in TensorFlow's order; with one channel or one pixel they do in any layout. */
function inOrder(builder: Builder, value: Value): Value {
  const [, height = 1, width = 1, channels = 1] = value.shape
  return value.layout === 'nchw' && height * width !== 1 && channels !== 1 ? builder.plain(value) : value
}

function resolve(node: GraphNode, operand: Operand, target: readonly number[]): number[] {
  const isOpen = operand.shape[0] === BATCH
  const each = sizeOfOne(operand.shape)
  const rest = (sizes: readonly number[]): number => elementCount(sizes.filter(size => size !== -1))
  if (!isOpen) {
    const known = rest(target)
    return checked(
      node,
      target.map(size => (size === -1 ? each / known : size)),
    )
  }
  const [first, ...others] = target
  // A leading size that is not the batch's own must be it all the same, since each picture goes its own way.
  if (first === undefined) throw nodeError(node, 'it makes one number out of a batch.')
  const known = rest(others)
  return [
    BATCH,
    ...checked(
      node,
      others.map(size => (size === -1 ? each / known : size)),
    ),
  ]
}

function checked(node: GraphNode, shape: number[]): number[] {
  if (shape.every(size => Number.isInteger(size) && size >= 0)) return shape
  throw nodeError(node, 'the shape that it asks for does not fit its input.')
}

export const transpose: Lowering = (node, builder) => {
  const value = builder.value(builder.operand(node.inputs[0]!))
  const perm = numbersOf(builder.known(node, 1))
  const shape = perm.map(axis => value.shape[axis]!)
  // Between TensorFlow's two layouts nothing moves: the tensor at hand is in the wanted order already.
  if (value.layout === 'nchw' && perm.join() === '0,3,1,2') return [{ name: value.name, shape, layout: 'plain' }]
  if (value.layout === 'plain' && perm.join() === '0,2,3,1') return [{ name: value.name, shape, layout: 'nchw' }]
  const plain = builder.plain(value)
  return [builder.emit('Transpose', node.name, [plain.name], { perm }, { shape, layout: 'plain' })]
}

export const concat: Lowering = (node, builder) => {
  const inputs = dataInputs(node)
  const axisAt = node.op === 'Concat' ? 0 : inputs.length - 1
  const [axis = 0] = numbersOf(builder.known(node, axisAt))
  return [
    joined(
      node,
      builder,
      inputs.toSpliced(axisAt, 1).map(input => builder.operand(input)),
      axis,
    ),
  ]
}

function joined(node: GraphNode, builder: Builder, operands: readonly Operand[], axis: number): Value {
  const [first] = operands
  if (first === undefined) throw nodeError(node, 'it has no inputs.')
  const positive = axis < 0 ? axis + first.shape.length : axis
  const channelsFirst = operands.some(operand => !isTensor(operand) && operand.layout === 'nchw')
  const values = operands.map(operand => (channelsFirst ? builder.nchw(operand) : builder.plain(operand)))
  const total = values.reduce((sum, value) => sum + (value.shape[positive] ?? NaN), 0)
  const shape = checked(node, first.shape.toSpliced(positive, 1, total).slice(1))
  const result = { shape: [first.shape[0]!, ...shape], layout: channelsFirst ? 'nchw' : 'plain' } as const
  const attrs = { axis: physicalAxis(values[0]!, positive) }
  return builder.emit(
    'Concat',
    node.name,
    values.map(value => value.name),
    attrs,
    result,
  )
}

/** Pack of values: each gets the new axis, then they are joined along it. */
export const pack: Lowering = (node, builder) => {
  const axis = numberAttr(node, 'axis')
  const operands = dataInputs(node).map(input => {
    const operand = builder.operand(input)
    return reshaped(node, builder, operand, inserted(operand.shape, axis).map(openSize))
  })
  return [joined(node, builder, operands, axis)]
}

/** Split into equal parts along a constant axis. */
export const split: Lowering = (node, builder) => {
  const [axis = 0] = numbersOf(builder.known(node, 0))
  const value = builder.value(builder.operand(node.inputs[1]!))
  const count = numberAttr(node, 'num_split', 1)
  const positive = axis < 0 ? axis + value.shape.length : axis
  const [size = 0] = checked(node, [(value.shape[positive] ?? 0) / count])
  const shape = value.shape.toSpliced(positive, 1, size)
  const where = builder.ints([physicalAxis(value, positive)])
  return Array.from({ length: count }, (_, i) => {
    const inputs = [value.name, builder.ints([i * size]), builder.ints([(i + 1) * size]), where]
    return builder.emit('Slice', `${node.name}/${i}`, inputs, {}, { shape, layout: value.layout })
  })
}
