import { dataInputs, dtypeAttr, type Graph, type GraphNode, numberAttr, stringAttr, stringsAttr } from './graph.ts'
import { lookUp } from './lookUp.ts'

/** Ops that TF.js' converter and TensorFlow's optimiser make of several, and the one that each began with. */
const FUSED: Readonly<Record<string, string>> = {
  _FusedConv2D: 'Conv2D',
  FusedDepthwiseConv2dNative: 'DepthwiseConv2dNative',
  _FusedDepthwiseConv2dNative: 'DepthwiseConv2dNative',
  _FusedMatMul: 'MatMul',
}
const ACTIVATIONS = new Set(['Relu', 'Relu6', 'Elu', 'Sigmoid', 'Tanh', 'LeakyRelu'])
/** Attributes of the fused form alone. */
const OWN = new Set([
  'fused_ops',
  'num_args',
  'num_host_args',
  'TArgs',
  'host_args',
  'epsilon',
  'leakyrelu_alpha',
  'explicit_paddings',
])

const T = { T: dtypeAttr('float32') }

/**
 * The same graph in ops that every TensorFlow has: fused ones are some version's, or TF.js' alone. The last node of each
 * keeps its name. What it does not know stays as it is.
 */
export function unfused(graph: Graph): Graph {
  return { ...graph, nodes: graph.nodes.flatMap(parts) }
}

function parts(node: GraphNode): GraphNode[] {
  const base = lookUp(FUSED, node.op)
  const steps = stringsAttr(node, 'fused_ops')
  if (base === undefined || !steps.every(isKnown)) return [node]
  const [x, weights, ...args] = dataInputs(node)
  const nameAt = (step: number) => (step === steps.length ? node.name : `${node.name}/${steps[step - 1] ?? base}`)
  const attrs = Object.fromEntries(
    Object.entries(node.attrs).filter(([key]) => !OWN.has(key) || keepsPaddings(node, key)),
  )
  const nodes: GraphNode[] = [{ name: nameAt(0), op: base, inputs: [x!, weights!], attrs: { ...attrs, ...T } }]
  for (const [index, step] of steps.entries()) {
    const [last, name] = [nodes.at(-1)!.name, nameAt(index + 1)]
    if (step === 'BiasAdd') nodes.push(added(name, 'BiasAdd', [last, args.shift()!], node))
    else if (step === 'FusedBatchNorm') nodes.push(added(name, 'FusedBatchNormV3', [last, ...args.splice(0, 4)], node))
    else nodes.push(added(name, step, [last], node))
  }
  return nodes
}

function isKnown(step: string): boolean {
  return ACTIVATIONS.has(step) || step === 'BiasAdd' || step === 'FusedBatchNorm'
}

function keepsPaddings(node: GraphNode, key: string): boolean {
  return key === 'explicit_paddings' && stringAttr(node, 'padding') === 'EXPLICIT'
}

function added(name: string, op: string, inputs: string[], node: GraphNode): GraphNode {
  const attrs: Record<string, GraphNode['attrs'][string]> = { ...T }
  const format = stringAttr(node, 'data_format', 'NHWC')
  if (op === 'BiasAdd' || op === 'FusedBatchNormV3') attrs.data_format = { kind: 'string', value: format }
  if (op === 'FusedBatchNormV3') {
    attrs.U = dtypeAttr('float32')
    attrs.epsilon = { kind: 'float', value: numberAttr(node, 'epsilon', 1e-4) }
    attrs.is_training = { kind: 'bool', value: false }
  }
  if (op === 'LeakyRelu') attrs.alpha = { kind: 'float', value: numberAttr(node, 'leakyrelu_alpha', 0.2) }
  return { name, op, inputs, attrs }
}
