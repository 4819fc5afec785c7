import { FAKE_QUANT, fakeQuantSteps } from '../fakeQuant.ts'
import { boolAttr, type GraphNode, numberAttr, numbersAttr } from '../graph.ts'
import { lookUp } from '../lookUp.ts'
import {
  elementCount,
  emptyArray,
  floatsOf,
  type NumericArray,
  type NumericTensor,
  numbersOf,
  type Tensor,
} from '../tensor.ts'

/**
 * Larger results stay in the graph: repeating a small constant into a large one gains nothing, and a damaged graph
 * could make it endless.
 */
const LARGEST = 2 ** 24
/** Of what is joined: sizes, axes and biases. */
const LONGEST = 2 ** 16

const UNARY: Record<string, (x: number) => number> = {
  Rsqrt: x => 1 / Math.sqrt(x),
  Sqrt: Math.sqrt,
  Square: x => x * x,
  Neg: x => -x,
  Exp: Math.exp,
  Abs: Math.abs,
  Reciprocal: x => 1 / x,
  Inv: x => 1 / x,
}

const BINARY: Record<string, (x: number, y: number) => number> = {
  Add: (x, y) => x + y,
  AddV2: (x, y) => x + y,
  Sub: (x, y) => x - y,
  Mul: (x, y) => x * y,
  RealDiv: (x, y) => x / y,
  Div: (x, y) => x / y,
  FloorDiv: (x, y) => Math.floor(x / y),
  FloorMod: (x, y) => x - y * Math.floor(x / y),
  Maximum: Math.max,
  Minimum: Math.min,
}

function fakeQuant(node: GraphNode, value: NumericTensor, inputs: readonly Tensor[]): Tensor | undefined {
  const steps = fakeQuantSteps(node, inputs)
  if (steps === undefined) return undefined
  const { least, most, step } = steps
  const rounded = (x: number) => Math.floor((Math.min(most, Math.max(least, x)) - least) / step + 0.5) * step + least
  return { ...value, data: floatsOf(value).map(rounded) }
}

/**
 * The value of a node whose inputs are all known, or undefined for ops and sizes that are left to the runtime.
 * Lengths that only the runtime knows (the batch) are NaN among the numbers and stay so.
 */
export function evaluateNode(node: GraphNode, inputs: readonly Tensor[]): Tensor | undefined {
  const [first] = inputs
  if (node.op === 'Pack' || node.op === 'Concat' || node.op === 'ConcatV2') return join(node, inputs)
  if (first === undefined || first.dtype === 'string') return undefined
  const unary = lookUp(UNARY, node.op)
  if (unary !== undefined) return make(first.dtype, first.shape, [...numbersOf(first)].map(unary))
  const binary = lookUp(BINARY, node.op)
  if (binary !== undefined) return elementwise(first, inputs[1], binary)
  if (FAKE_QUANT.includes(node.op)) return fakeQuant(node, first, inputs)
  switch (node.op) {
    case 'Reshape':
      return inputs[1] && reshape(first, numbersOf(inputs[1]))
    case 'ExpandDims':
      return inputs[1] && { ...first, shape: inserted(first.shape, numbersOf(inputs[1])[0] ?? 0) }
    case 'Squeeze':
      return squeeze(first, numbersAttr(node, 'squeeze_dims'))
    case 'StridedSlice':
      return stridedSlice(node, first, inputs)
    case 'Cast':
      return cast(first, numberAttr(node, 'DstT'))
    case 'Prod':
      return boolAttr(node, 'keep_dims') || first.shape.length !== 1
        ? undefined
        : make(first.dtype, [], [numbersOf(first).reduce((x, y) => x * y, 1)])
    case 'Range':
      return range(inputs)
    case 'GatherV2':
    case 'Gather':
      return gather(first, inputs[1])
    case 'Fill':
      return fill(first, inputs[1])
    case 'Slice':
      return slice(first, inputs)
    default:
      return undefined
  }
}

/** Numbers as a tensor; lengths not known yet (NaN) need an array that can hold them, whatever the type says. */
export function make(
  dtype: NumericTensor['dtype'],
  shape: readonly number[],
  values: readonly number[],
): NumericTensor {
  if (dtype === 'float16' || dtype === 'bfloat16') return { dtype: 'float32', shape, data: Float32Array.from(values) }
  if (!dtype.startsWith('float') && values.some(Number.isNaN)) return { dtype, shape, data: Float64Array.from(values) }
  const data: NumericArray = emptyArray(dtype, values.length)
  if (data instanceof BigInt64Array) data.set(values.map(value => BigInt(Math.trunc(value))))
  else data.set(dtype.startsWith('float') ? values : values.map(Math.trunc))
  return { dtype, shape, data }
}

function elementwise(
  x: NumericTensor,
  y: Tensor | undefined,
  op: (x: number, y: number) => number,
): Tensor | undefined {
  if (y === undefined || y.dtype === 'string') return undefined
  const shape = broadcastShape(x.shape, y.shape)
  if (shape === undefined || elementCount(shape) > LARGEST) return undefined
  const left = x.dtype.includes('float16') ? floatsOf(x) : numbersOf(x)
  const right = y.dtype.includes('float16') ? floatsOf(y) : numbersOf(y)
  const values = new Array<number>(elementCount(shape))
  const index = new Array<number>(shape.length).fill(0)
  for (let i = 0; i < values.length; i++) {
    values[i] = op(left[offsetIn(x.shape, index)]!, right[offsetIn(y.shape, index)]!)
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis]! === shape[axis]; axis--) index[axis] = 0
  }
  return make(x.dtype, shape, values)
}

function offsetIn(shape: readonly number[], index: readonly number[]): number {
  let offset = 0
  for (let axis = 0; axis < shape.length; axis++) {
    offset = offset * shape[axis]! + (shape[axis] === 1 ? 0 : index[index.length - shape.length + axis]!)
  }
  return offset
}

/** NumPy's rule for two shapes; undefined when they do not go together. */
function broadcastShape(x: readonly number[], y: readonly number[]): number[] | undefined {
  const rank = Math.max(x.length, y.length)
  const shape: number[] = []
  for (let axis = 0; axis < rank; axis++) {
    const left = x[x.length - rank + axis] ?? 1
    const right = y[y.length - rank + axis] ?? 1
    if (left !== right && left !== 1 && right !== 1) return undefined
    shape.push(left === 1 ? right : left)
  }
  return shape
}

function reshape(x: NumericTensor, target: readonly number[]): Tensor | undefined {
  const known = target.filter(size => size !== -1).reduce((product, size) => product * size, 1)
  const shape = target.map(size => (size === -1 ? x.data.length / known : size))
  return elementCount(shape) === x.data.length ? { ...x, shape } : undefined
}

export function inserted(shape: readonly number[], axis: number): number[] {
  return shape.toSpliced(axis < 0 ? shape.length + 1 + axis : axis, 0, 1)
}

function squeeze(x: NumericTensor, axes: readonly number[]): Tensor {
  const chosen = new Set(axes.map(axis => (axis < 0 ? axis + x.shape.length : axis)))
  return { ...x, shape: x.shape.filter((size, axis) => (chosen.size > 0 ? !chosen.has(axis) : size !== 1)) }
}

/** Vectors only: that is what shape arithmetic is made of. */
function stridedSlice(node: GraphNode, x: NumericTensor, inputs: readonly Tensor[]): Tensor | undefined {
  const [begin, end, stride] = inputs.slice(1, 4).map(input => numbersOf(input)[0])
  if (x.shape.length !== 1 || begin === undefined || end === undefined || (stride ?? 1) !== 1) return undefined
  const length = x.shape[0]!
  const from = numberAttr(node, 'begin_mask') & 1 ? 0 : begin < 0 ? begin + length : begin
  const values = numbersOf(x)
  if (numberAttr(node, 'shrink_axis_mask') & 1) return make(x.dtype, [], values.slice(from, from + 1))
  const to = numberAttr(node, 'end_mask') & 1 ? length : end < 0 ? end + length : end
  const part = values.slice(from, to)
  return make(x.dtype, [part.length], part)
}

function slice(x: NumericTensor, inputs: readonly Tensor[]): Tensor | undefined {
  const [begin, size] = inputs.slice(1, 3).map(input => numbersOf(input)[0])
  if (x.shape.length !== 1 || begin === undefined || size === undefined) return undefined
  const part = numbersOf(x).slice(begin, size < 0 ? undefined : begin + size)
  return make(x.dtype, [part.length], part)
}

function cast(x: NumericTensor, code: number): Tensor | undefined {
  const dtype = ({ 1: 'float32', 2: 'float64', 3: 'int32', 9: 'int64' } as const)[code as 1 | 2 | 3 | 9]
  return dtype === undefined ? undefined : make(dtype, x.shape, numbersOf(x))
}

function gather(x: NumericTensor, indices: Tensor | undefined): Tensor | undefined {
  if (indices === undefined || x.shape.length !== 1) return undefined
  const values = numbersOf(x)
  return make(
    x.dtype,
    indices.shape,
    numbersOf(indices).map(index => values[index] ?? NaN),
  )
}

function range(inputs: readonly Tensor[]): Tensor | undefined {
  const [start = 0, limit = 0, delta = 1] = inputs.map(input => numbersOf(input)[0])
  const length = Math.ceil((limit - start) / delta)
  if (!(length >= 0 && length <= 4096)) return undefined
  return make(
    'int32',
    [length],
    Array.from({ length }, (_, i) => start + i * delta),
  )
}

function fill(dims: Tensor, value: Tensor | undefined): Tensor | undefined {
  if (value === undefined || value.dtype === 'string') return undefined
  const shape = numbersOf(dims)
  const count = elementCount(shape)
  return count <= 4096 ? make(value.dtype, shape, new Array<number>(count).fill(numbersOf(value)[0] ?? 0)) : undefined
}

/** Pack of scalars and Concat of vectors. */
function join(node: GraphNode, inputs: readonly Tensor[]): Tensor | undefined {
  const values = node.op === 'Pack' ? inputs : node.op === 'ConcatV2' ? inputs.slice(0, -1) : inputs.slice(1)
  const rank = node.op === 'Pack' ? 0 : 1
  const [first] = values
  if (first === undefined || first.dtype === 'string' || values.some(value => value.shape.length !== rank))
    return undefined
  if (values.reduce((sum, value) => sum + elementCount(value.shape), 0) > LONGEST) return undefined
  const numbers = values.flatMap(value => numbersOf(value))
  return make(first.dtype, [numbers.length], numbers)
}
