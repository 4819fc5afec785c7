import {
  boolAttr,
  constantBehind,
  constNode,
  dtypeAttr,
  type Graph,
  type GraphNode,
  nodesByName,
  numberAttr,
} from './graph.ts'
import { floatTensor, numbersOf, type Tensor } from './tensor.ts'

/** Ops that round to the steps an 8-bit network has, in graphs trained for one. */
export const FAKE_QUANT = ['FakeQuantWithMinMaxVars', 'FakeQuantWithMinMaxArgs']

/** Values are limited to `least` … `most` and rounded to whole `step`s from `least`. */
export interface Steps {
  readonly least: number
  readonly most: number
  readonly step: number
}

/**
 * The steps of a FakeQuant node. The range is moved so that 0 is one of them, as TensorFlow does
 * (tensorflow/core/kernels/fake_quant_ops_functor.h, `Nudge`).
 *
 * @param inputs the node's inputs as far as they are known
 * @returns undefined where the range is not known
 */
export function fakeQuantSteps(node: GraphNode, inputs: readonly (Tensor | undefined)[]): Steps | undefined {
  const given = node.op === 'FakeQuantWithMinMaxArgs'
  const low = given ? numberAttr(node, 'min', -6) : scalarOf(inputs[1])
  const high = given ? numberAttr(node, 'max', 6) : scalarOf(inputs[2])
  if (low === undefined || high === undefined || !(high > low)) return undefined
  const first = boolAttr(node, 'narrow_range') ? 1 : 0
  const last = 2 ** numberAttr(node, 'num_bits', 8) - 1
  const step = (high - low) / (last - first)
  const zero = Math.min(last, Math.max(first, Math.floor(first - low / step + 0.5)))
  return { least: (first - zero) * step, most: (last - zero) * step, step }
}

function scalarOf(tensor: Tensor | undefined): number | undefined {
  return tensor === undefined ? undefined : numbersOf(tensor)[0]
}

/**
 * The same graph with its FakeQuant nodes written out: floor((limited x - least) / step + 0.5) * step + least. ONNX has no
 * such op, and TF.js passes it over without a word. A node whose range is not known stays.
 */
export function withoutFakeQuant(graph: Graph): Graph {
  if (!graph.nodes.some(node => FAKE_QUANT.includes(node.op))) return graph
  const byName = nodesByName(graph)
  const rangeOf = (ref: string) => constantBehind(ref, byName)
  return {
    ...graph,
    nodes: graph.nodes.flatMap(node => (FAKE_QUANT.includes(node.op) ? parts(node, rangeOf) : [node])),
  }
}

function parts(node: GraphNode, rangeOf: (ref: string) => Tensor | undefined): GraphNode[] {
  const steps = fakeQuantSteps(node, node.inputs.map(rangeOf))
  if (steps === undefined) return [node]
  const { least, most, step } = steps
  const chain: readonly [op: string, operand?: number][] = [
    ['Maximum', least],
    ['Minimum', most],
    ['Sub', least],
    // The factor, not a division: a tie must fall to the side that TensorFlow's own product puts it on.
    ['Mul', 1 / step],
    ['Add', 0.5],
    ['Floor'],
    ['Mul', step],
    ['Add', least],
  ]
  let from = node.inputs[0]!
  return chain.flatMap(([op, operand], at) => {
    const name = at === chain.length - 1 ? node.name : `${node.name}/${at}`
    const constant = operand === undefined ? [] : [constNode(`${name}/y`, floatTensor([], [operand]))]
    const inputs = [from, ...constant.map(each => each.name)]
    from = name
    return [...constant, { name, op, inputs, attrs: { T: dtypeAttr('float32') } }]
  })
}
