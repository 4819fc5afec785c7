import type { HeadProblem, HeadRows } from '../../src/engine/engine.ts'

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
