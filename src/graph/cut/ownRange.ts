import { constantBehind, dataInputs, type Graph, type GraphNode, nodesByName, parseRef } from '../graph.ts'
import { elementCount, numbersOf } from '../tensor.ts'
import { consumersOf } from '../traverse.ts'

/** How a network takes pictures that it goes on to scale itself. */
export type OwnRange = '0 to 1' | '0 to 255'

/** What leaves the numbers as they are, or the channels in another order: Keras turns RGB into BGR by a slice backwards. */
const MOVING = new Set([
  'Cast',
  'Identity',
  'Reshape',
  'Squeeze',
  'ExpandDims',
  'StridedSlice',
  'ReverseV2',
  'GatherV2',
  'Transpose',
])

/**
 * The range that a graph's own scaling, right behind its input, is made for: undefined where it has none. The network sees
 * (x - mean) / scale of each channel; pictures of 0 to 1 have a mean within and a scale of about 1 (TensorFlow Hub's modules
 * are so), those of 0 to 255 larger ones. Keras' preprocess_input is recognised in its three forms: to -1 to 1, by ImageNet's
 * mean and deviation, and BGR less ImageNet's mean.
 */
export function ownRange(graph: Graph, input: string): OwnRange | undefined {
  const byName = nodesByName(graph)
  const consumers = consumersOf(graph)
  let mean = [0]
  let scale = [1]
  let last = input
  for (;;) {
    const next = consumers.get(last) ?? []
    const [node] = next
    if (next.length !== 1 || node === undefined) break
    const step = MOVING.has(node.op) ? undefined : scaling(node, last, byName)
    if (step === undefined && !MOVING.has(node.op)) break
    if (step !== undefined) {
      mean = combined(
        mean,
        combined(step.mean, scale, (x, y) => x * y),
        (x, y) => x + y,
      )
      scale = combined(scale, step.scale, (x, y) => x * y)
    }
    last = node.name
  }
  if (mean.every(value => value === 0) && scale.every(value => value === 1)) return undefined
  const isUnit = mean.every(value => Math.abs(value) <= 1.5) && scale.every(value => Math.abs(value) <= 2)
  return isUnit ? '0 to 1' : '0 to 255'
}

/** One figure, or one a channel. */
interface Scaling {
  readonly mean: readonly number[]
  readonly scale: readonly number[]
}

function scaling(node: GraphNode, from: string, byName: ReadonlyMap<string, GraphNode>): Scaling | undefined {
  const inputs = dataInputs(node)
  const at = inputs.findIndex(input => parseRef(input).name !== from)
  const constant = constantBehind(inputs[at], byName)
  if (inputs.length !== 2 || constant === undefined || constant.dtype === 'string') return undefined
  if (![1, 3].includes(elementCount(constant.shape))) return undefined
  const values = numbersOf(constant)
  if (node.op === 'Sub' && at === 1) return { mean: values, scale: [1] }
  if (/^(Add|AddV2|BiasAdd)$/.test(node.op)) return { mean: values.map(value => -value), scale: [1] }
  if (node.op === 'Mul') return { mean: [0], scale: values.map(value => 1 / value) }
  if (/^(RealDiv|Div)$/.test(node.op) && at === 1) return { mean: [0], scale: values }
  return undefined
}

function combined(x: readonly number[], y: readonly number[], op: (x: number, y: number) => number): number[] {
  return Array.from({ length: Math.max(x.length, y.length) }, (_, i) => op(x[i % x.length]!, y[i % y.length]!))
}
