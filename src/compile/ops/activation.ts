import type { Builder } from '../../formats/onnx/builder.ts'
import type { Value } from '../../formats/onnx/value.ts'
import type { OnnxAttr } from '../../formats/onnx/wire.ts'
import { type GraphNode, nodeError, numberAttr } from '../../graph/graph.ts'
import { lookUp } from '../../graph/lookUp.ts'
import type { Lowering } from './lowering.ts'

/** Ops of one input that ONNX has under the name given. */
const SAME: Record<string, string> = {
  Relu: 'Relu',
  Elu: 'Elu',
  Selu: 'Selu',
  Sigmoid: 'Sigmoid',
  Tanh: 'Tanh',
  Softplus: 'Softplus',
  Softsign: 'Softsign',
  Erf: 'Erf',
  Exp: 'Exp',
  Log: 'Log',
  Sqrt: 'Sqrt',
  Abs: 'Abs',
  Neg: 'Neg',
  Floor: 'Floor',
  Reciprocal: 'Reciprocal',
  Inv: 'Reciprocal',
}

export const ACTIVATIONS = [...Object.keys(SAME), 'Relu6', 'LeakyRelu', 'Rsqrt', 'Square']

export const activation: Lowering = (node, builder) => {
  return [activate(node, builder, node.op, builder.value(builder.operand(node.inputs[0]!)))]
}

/** Applies one op element by element. Relu6 is the Clip that onnxruntime fuses into the convolution before it. */
export function activate(node: GraphNode, builder: Builder, op: string, value: Value): Value {
  const emit = (onnx: string, inputs: readonly string[], attrs: Readonly<Record<string, OnnxAttr>> = {}): Value =>
    builder.emit(onnx, node.name, inputs, attrs, value)
  if (op === 'Relu6') return emit('Clip', [value.name, builder.scalar(0), builder.scalar(6)])
  if (op === 'LeakyRelu') {
    const alpha = numberAttr(node, 'alpha', numberAttr(node, 'leakyrelu_alpha', 0.2))
    return emit('LeakyRelu', [value.name], { alpha: { float: alpha } })
  }
  if (op === 'Rsqrt') return emit('Reciprocal', [emit('Sqrt', [value.name]).name])
  if (op === 'Square') return emit('Mul', [value.name, value.name])
  const onnx = lookUp(SAME, op)
  if (onnx === undefined) throw nodeError(node, `its fused part "${op}" is not one that this program knows.`)
  return emit(onnx, [value.name])
}
