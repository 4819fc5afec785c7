import type { HeadProblem, HeadRows, HeadTrainer, HeadWeights } from '../../src/engine/engine.ts'
import { headLogits } from '../../src/head/head.ts'

/**
 * The definition of what every trainer does, in plain loops and double precision: slow, and easy to check by reading.
 *
 * @param rows [steps * batch]
 * @returns weights [heads, width, categories], bias [heads, categories]
 */
export function plainSgd(problem: HeadProblem, rows: Int32Array): { weights: Float64Array; bias: Float64Array } {
  const { features, width, labels, categories, heads, active, learningRate, batch, biasSquare = 1 } = problem
  const weights = new Float64Array(heads * width * categories)
  const bias = new Float64Array(heads * categories)
  const keep = 1 - learningRate * (problem.decay ?? 0)
  const shrink = (values: Float64Array) =>
    values.forEach((value, at) => {
      values[at] = value * keep
    })
  for (let start = 0; start < rows.length; start += batch) {
    const chosen = rows.subarray(start, start + batch)
    for (let head = 0; head < heads; head++) {
      const own = [...chosen].filter(row => active[row * heads + head] === 1)
      const moves = own.map(row => {
        const logits = Array.from({ length: categories }, (_, category) => {
          let sum = bias[head * categories + category]!
          for (let at = 0; at < width; at++) {
            sum += features[row * width + at]! * weights[(head * width + at) * categories + category]!
          }
          return sum
        })
        const largest = Math.max(...logits)
        const exps = logits.map(logit => Math.exp(logit - largest))
        const total = exps.reduce((a, b) => a + b)
        return exps.map((exp, category) => exp / total - (labels[row] === category ? 1 : 0))
      })
      shrink(weights.subarray(head * width * categories, (head + 1) * width * categories))
      shrink(bias.subarray(head * categories, (head + 1) * categories))
      own.forEach((row, index) => {
        for (let category = 0; category < categories; category++) {
          const move = (learningRate * moves[index]![category]!) / own.length
          bias[head * categories + category]! -= biasSquare * move
          for (let at = 0; at < width; at++) {
            weights[(head * width + at) * categories + category]! -= move * features[row * width + at]!
          }
        }
      })
    }
  }
  return { weights, bias }
}

/** The rows of a problem in the opposite order. */
export function reversedRows({ features, rows, width, labels, active, heads }: HeadProblem): HeadRows {
  const reversed = (values: Float32Array, each: number) =>
    Float32Array.from(values, (_, at) => values[(rows - 1 - Math.floor(at / each)) * each + (at % each)]!)
  return { features: reversed(features, width), rows, labels: labels.toReversed(), active: reversed(active, heads) }
}

/** Calls of steps: from, to, and whether what they end at counts. */
export type Calls = readonly (readonly [from: number, to: number, isCounted: boolean])[]

/** What a trainer tells after these calls; it is disposed of. */
export async function toldAfter(
  trainer: HeadTrainer,
  { batch }: HeadProblem,
  rows: Int32Array,
  calls: Calls,
): Promise<HeadWeights & { readonly logits: Float32Array }> {
  for (const [from, to, isCounted] of calls) await trainer.steps(rows.subarray(from * batch, to * batch), isCounted)
  const told = { ...(await trainer.read()), logits: await trainer.logits() }
  await trainer.dispose()
  return told
}

/** The mean of what plain SGD has learnt by the end of each call of steps that counts. */
export function meanOfCounted(
  problem: HeadProblem,
  rows: Int32Array,
  calls: Calls,
): { weights: Float64Array; bias: Float64Array } {
  const ends = calls.filter(([, , isCounted]) => isCounted).map(([, to]) => to)
  const learnt = ends.map(end => plainSgd(problem, rows.subarray(0, end * problem.batch)))
  const mean = (of: 'weights' | 'bias') =>
    learnt[0]![of].map((_, at) => learnt.reduce((sum, each) => sum + each[of][at]!, 0) / learnt.length)
  return { weights: mean('weights'), bias: mean('bias') }
}

/** [rows, heads, categories], from weights [heads, width, categories] and bias [heads, categories]. */
export function logitsOfHeads(problem: HeadProblem, weights: Float32Array, bias: Float32Array): Float32Array {
  const { rows, width, heads, categories, features } = problem
  const result = new Float32Array(rows * heads * categories)
  for (let head = 0; head < heads; head++) {
    const own = weights.subarray(head * width * categories, (head + 1) * width * categories)
    const ownBias = bias.subarray(head * categories, (head + 1) * categories)
    const logits = headLogits({ weights: own, bias: ownBias, width, categories }, features)
    for (let row = 0; row < rows; row++) {
      result.set(logits.subarray(row * categories, (row + 1) * categories), (row * heads + head) * categories)
    }
  }
  return result
}
