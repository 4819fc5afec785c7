import type { ForeignNode } from './parse.ts'

export type Shape = readonly number[]

/** What is known of a model's tensors. */
export interface Sizing {
  shapeOf(name: string): Shape | undefined
  /** Of small tensors of whole numbers that the file holds; else empty. */
  intsOf(name: string | undefined): readonly number[]
}

/** What a node gives, and how many products, or comparisons, each of its numbers takes; one unless given. */
interface Sized {
  readonly shape: Shape
  readonly products?: number
}

/**
 * The shape of a node's first output, by https://github.com/onnx/onnx/blob/main/docs/Operators.md, and its work; undefined
 * where the file does not tell, or for an op that is none of those that take the most.
 */
export function sizingOf(node: ForeignNode, sizing: Sizing): Sized | undefined {
  const [first = '', second = ''] = node.inputs
  const [x, w] = [sizing.shapeOf(first), sizing.shapeOf(node.op === 'QLinearConv' ? (node.inputs[3] ?? '') : second)]
  switch (node.op) {
    case 'Conv':
    case 'ConvInteger':
    case 'QLinearConv':
      return x && w && convolved(node, x, w)
    case 'MaxPool':
    case 'AveragePool':
    case 'LpPool':
      return x && pooled(node, x)
    case 'GlobalAveragePool':
    case 'GlobalMaxPool':
      return x && { shape: [...x.slice(0, 2), 1, 1], products: count(x.slice(2)) }
    case 'MatMul':
      return x && w && multiplied(x, w)
    case 'Gemm':
      return x && w && multiplied(turned(node, 'transA', x), turned(node, 'transB', w))
    case 'Transpose':
      return x && { shape: (node.ints.get('perm') ?? []).map(axis => x[axis] ?? 1) }
    case 'Concat':
      return joined(node, sizing)
    case 'Expand':
      return { shape: broadcast([x ?? [], sizing.intsOf(second)]), products: 1 }
    case 'Tile':
      return x && { shape: x.map((size, axis) => size * (sizing.intsOf(second)[axis] ?? 1)) }
    case 'ConstantOfShape':
      return { shape: sizing.intsOf(first) }
    case 'Reshape':
      return x && reshaped(x, sizing.intsOf(second))
    case 'Flatten':
      return x && flattened(node, x)
    case 'Squeeze':
      return x && squeezed(x, node.ints.get('axes') ?? sizing.intsOf(second))
    case 'Unsqueeze':
      return x && unsqueezed(x, node.ints.get('axes') ?? sizing.intsOf(second))
    case 'Pad':
      return x && padded(x, sizing.intsOf(second))
    default:
      return ELEMENTWISE.has(node.op) ? elementwise(node, sizing) : undefined
  }
}

const ELEMENTWISE = new Set(
  `Relu LeakyRelu PRelu Elu Selu Clip Sigmoid HardSigmoid HardSwish Tanh Gelu Erf Exp Sqrt Neg Abs Softmax LogSoftmax Identity
  Cast Dropout BatchNormalization InstanceNormalization LayerNormalization QuantizeLinear DequantizeLinear Add Sub Mul Div
  Pow Max Min Sum Mean Reciprocal LRN Round Floor Ceil`.split(/\s+/),
)

/** Of operands that are known: numbers beside them may make it larger, never smaller. */
function elementwise({ op, inputs }: ForeignNode, { shapeOf }: Sizing): Sized | undefined {
  const operands = /Normalization|Quantize/.test(op) ? inputs.slice(0, 1) : inputs
  const known = operands.map(name => shapeOf(name)).filter(shape => shape !== undefined)
  return known.length === 0 ? undefined : { shape: broadcast(known), products: known.length }
}

/** 0 keeps a length, -1 takes what is left. */
function reshaped(x: Shape, lengths: readonly number[]): Sized | undefined {
  if (lengths.length === 0) return undefined
  const shape = lengths.map((length, axis) => (length === 0 ? (x[axis] ?? 1) : length))
  const rest = count(shape.filter(length => length > 0))
  return { shape: shape.map(length => (length > 0 ? length : Math.ceil(count(x) / rest))) }
}

function flattened({ ints }: ForeignNode, x: Shape): Sized {
  const axis = ints.get('axis')?.[0] ?? 1
  const at = axis < 0 ? axis + x.length : axis
  return { shape: [count(x.slice(0, at)), count(x.slice(at))] }
}

/** Along all axes of length one where none is named. */
function squeezed(x: Shape, axes: readonly number[]): Sized {
  const named = axes.map(axis => (axis < 0 ? axis + x.length : axis))
  return { shape: x.filter((length, axis) => (named.length === 0 ? length !== 1 : !named.includes(axis))) }
}

function unsqueezed(x: Shape, axes: readonly number[]): Sized {
  const rank = x.length + axes.length
  const named = axes.map(axis => (axis < 0 ? axis + rank : axis))
  const left = [...x]
  return { shape: Array.from({ length: rank }, (_, axis) => (named.includes(axis) ? 1 : (left.shift() ?? 1))) }
}

function padded(x: Shape, pads: readonly number[]): Sized | undefined {
  if (pads.length !== 2 * x.length) return undefined
  return { shape: x.map((length, axis) => Math.max(0, length + pads[axis]! + pads[axis + x.length]!)) }
}

function convolved(node: ForeignNode, x: Shape, [outputs = 1, inputs = 1, ...kernel]: Shape): Sized {
  return { shape: [x[0] ?? 1, outputs, ...places(node, x, kernel)], products: inputs * count(kernel) }
}

function pooled(node: ForeignNode, x: Shape): Sized {
  const kernel = node.ints.get('kernel_shape') ?? []
  return { shape: [...x.slice(0, 2), ...places(node, x, kernel)], products: count(kernel) }
}

/** Where a window comes to stand along each axis. */
function places(node: ForeignNode, x: Shape, kernel: Shape): Shape {
  const all = (name: string, otherwise: number) => (axis: number) => node.ints.get(name)?.[axis] ?? otherwise
  const [stride, dilation, pad] = [all('strides', 1), all('dilations', 1), all('pads', 0)]
  const isSame = node.ints.has('auto_pad') // or VALID, of which no exporter makes much
  return kernel.map((size, axis) => {
    const length = x[axis + 2] ?? 1
    if (isSame) return Math.ceil(length / stride(axis))
    const padded = length + pad(axis) + pad(axis + kernel.length)
    return Math.max(1, Math.floor((padded - dilation(axis) * (size - 1) - 1) / stride(axis)) + 1)
  })
}

function multiplied(a: Shape, b: Shape): Sized {
  const [rows, columns] = [a.at(-2) ?? 1, b.length > 1 ? b.at(-1)! : 1]
  return { shape: [...broadcast([a.slice(0, -2), b.slice(0, -2)]), rows, columns], products: a.at(-1) ?? 1 }
}

function turned({ ints }: ForeignNode, flag: string, [rows = 1, columns = 1]: Shape): Shape {
  return ints.get(flag)?.[0] === 1 ? [columns, rows] : [rows, columns]
}

function joined({ ints, inputs }: ForeignNode, { shapeOf }: Sizing): Sized | undefined {
  const known = inputs.map(name => shapeOf(name)).filter(shape => shape !== undefined)
  const [shape] = known
  if (shape === undefined) return undefined
  const axis = ints.get('axis')?.[0] ?? 0
  const at = axis < 0 ? axis + shape.length : axis
  return { shape: shape.map((size, each) => (each === at ? sum(known.map(one => one[at] ?? 1)) : size)) }
}

/** https://github.com/onnx/onnx/blob/main/docs/Broadcasting.md */
function broadcast(shapes: readonly Shape[]): Shape {
  const rank = Math.max(0, ...shapes.map(({ length }) => length))
  return Array.from({ length: rank }, (_, axis) => Math.max(...shapes.map(shape => shape.at(axis - rank) ?? 1)))
}

function count(sizes: Shape): number {
  return sizes.reduce((product, size) => product * size, 1)
}

function sum(sizes: Shape): number {
  return sizes.reduce((total, size) => total + size, 0)
}
