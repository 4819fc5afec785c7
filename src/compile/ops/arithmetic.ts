import type { Builder } from '../../formats/onnx/builder.ts'
import { BATCH, imageAxes, isTensor, type Operand, type Value } from '../../formats/onnx/value.ts'
import { boolAttr, dataInputs, type GraphNode, nodeError } from '../../graph/graph.ts'
import { floatsOf, type Tensor } from '../../graph/tensor.ts'
import { dataFormat } from '../image.ts'
import { fused } from './conv.ts'
import type { Lowering } from './lowering.ts'

const BINARY: Record<string, string> = {
  Add: 'Add',
  AddV2: 'Add',
  AddN: 'Sum',
  Sub: 'Sub',
  Mul: 'Mul',
  RealDiv: 'Div',
  Div: 'Div',
  Maximum: 'Max',
  Minimum: 'Min',
  Pow: 'Pow',
}
export const ARITHMETIC = [...Object.keys(BINARY), 'SquaredDifference']

/** Element by element with broadcasting, in the layout that the operands are in. */
export const arithmetic: Lowering = (node, builder) => {
  const operands = dataInputs(node).map(input => builder.operand(input))
  const bound = clip(node, builder, operands)
  if (bound !== undefined) return [bound]
  const { names, result } = aligned(node, builder, operands)
  if (node.op !== 'SquaredDifference') return [builder.emit(BINARY[node.op]!, node.name, names, {}, result)]
  const difference = builder.emit('Sub', `${node.name}/difference`, names, {}, result)
  return [builder.emit('Mul', node.name, [difference.name, difference.name], {}, result)]
}

/** Maximum and Minimum with one number are the halves of a Clip, which onnxruntime fuses. */
function clip(node: GraphNode, builder: Builder, operands: readonly Operand[]): Value | undefined {
  if (node.op !== 'Maximum' && node.op !== 'Minimum') return undefined
  const bound = operands.find(isTensor)
  const other = operands.find(operand => !isTensor(operand))
  if (bound === undefined || other === undefined || bound.shape.length > 0) return undefined
  const value = builder.value(other)
  const limit = builder.scalar(floatsOf(bound)[0]!)
  return builder.emit(
    'Clip',
    node.name,
    node.op === 'Maximum' ? [value.name, limit] : [value.name, '', limit],
    {},
    value,
  )
}

interface Aligned {
  readonly names: string[]
  readonly result: { readonly shape: readonly number[]; readonly layout: Value['layout'] }
}

function aligned(node: GraphNode, builder: Builder, operands: readonly Operand[]): Aligned {
  const shape = operands.map(operand => operand.shape).reduce((x, y) => broadcast(node, x, y))
  const channelsFirst = operands.some(operand => !isTensor(operand) && operand.layout === 'nchw')
  const fits = operands.every(operand => isTensor(operand) || operand.shape.length === 4 || operand.shape.length === 0)
  if (!channelsFirst || !fits) {
    return { names: operands.map(operand => builder.plain(operand).name), result: { shape, layout: 'plain' } }
  }
  const names = operands.map(operand => {
    if (operand.shape.length === 0) return builder.value(operand).name
    return isTensor(operand) ? channelsFirstConstant(builder, operand) : builder.nchw(operand).name
  })
  return { names, result: { shape, layout: 'nchw' } }
}

/** A constant that broadcasts against [n, h, w, c], made to broadcast against [n, c, h, w]. */
function channelsFirstConstant(builder: Builder, tensor: Tensor): string {
  const shape = [...new Array<number>(4 - tensor.shape.length).fill(1), ...tensor.shape] as [
    number,
    number,
    number,
    number,
  ]
  const [n, h, w, c] = shape
  if (h * w === 1 || c === 1) {
    const data = floatsOf(tensor)
    const target = n === 1 ? (h * w === 1 ? [c, 1, 1] : [1, h, w]) : [n, c, h, w]
    return builder.constant('const', { dtype: 'float32', shape: target, data })
  }
  return builder.nchw({ dtype: 'float32', shape, data: floatsOf(tensor) }).name
}

function broadcast(node: GraphNode, x: readonly number[], y: readonly number[]): number[] {
  const rank = Math.max(x.length, y.length)
  return Array.from({ length: rank }, (_, axis) => {
    const left = x[x.length - rank + axis] ?? 1
    const right = y[y.length - rank + axis] ?? 1
    if (left === right || right === 1) return left
    if (left === 1) return right
    if (left === BATCH || right === BATCH) return BATCH
    throw nodeError(node, `its inputs [${x.join(', ')}] and [${y.join(', ')}] do not go together.`)
  })
}

/** One number a channel, added. */
export const biasAdd: Lowering = (node, builder) => {
  const bias = builder.known(node, 1)
  const input = builder.operand(node.inputs[0]!)
  const rank = input.shape.length
  const axis = dataFormat(node) === 'NCHW' && rank === 4 ? imageAxes('NCHW').channel : rank - 1
  if (bias.shape.length !== 1 || bias.shape[0] !== input.shape[axis]) {
    throw nodeError(node, 'its bias is not one number a channel.')
  }
  const inside = builder.biased(node.inputs[0]!, bias)
  if (inside !== undefined) return [inside]
  const value = builder.value(input)
  const shape = Array.from({ length: rank }, (_, i) => (i === axis ? bias.shape[0]! : 1))
  const { names, result } = aligned(node, builder, [value, { dtype: 'float32', shape, data: floatsOf(bias) }])
  return [builder.emit('Add', node.name, names, {}, result)]
}

/** Product of two matrices, one of them usually weights [in, out]. */
export const matMul: Lowering = (node, builder) => {
  const [x, y] = dataInputs(node).map(input => builder.operand(input))
  if (x?.shape.length !== 2 || y?.shape.length !== 2) throw nodeError(node, 'Expected two matrices for its inputs.')
  const left = builder.plain(x)
  const right = builder.plain(y)
  const [transA, transB] = [boolAttr(node, 'transpose_a'), boolAttr(node, 'transpose_b')]
  const shape = [left.shape[transA ? 1 : 0]!, right.shape[transB ? 0 : 1]!]
  const common = left.shape[transA ? 0 : 1]!
  if (common !== right.shape[transB ? 1 : 0]) throw nodeError(node, 'its matrices do not fit together.')
  const attrs = { transA: Number(transA), transB: Number(transB) }
  const result = { shape, layout: 'plain', products: Math.max(1, common) } as const
  const product =
    transA || transB
      ? builder.emit('Gemm', node.name, [left.name, right.name], attrs, result)
      : builder.emit('MatMul', node.name, [left.name, right.name], {}, result)
  return [fused(node, builder, product)]
}

export const softmax: Lowering = (node, builder) => {
  const value = builder.value(builder.operand(node.inputs[0]!))
  const axis = value.layout === 'nchw' ? 1 : value.shape.length - 1
  return [builder.emit(node.op, node.name, [value.name], { axis }, value)]
}
