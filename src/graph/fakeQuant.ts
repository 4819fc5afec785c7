import { boolAttr, type GraphNode, numberAttr } from './graph.ts'
import { numbersOf, type Tensor } from './tensor.ts'

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
