import type { Head } from './head.ts'
import type { Predictions } from './metrics.ts'

/** Temperatures are kept in here: beyond, scores are all but equal or all but certain. */
export const TEMPERATURES = { least: 0.05, most: 20 } as const

/** Logits looked at, at most; one number is fitted, and more of them would not move it. */
const MOST_LOGITS = 400_000
const HALVINGS = 50

/**
 * The temperature T that makes softmax(logits / T) mean what it says (Guo et al., "On Calibration of Modern Neural
 * Networks", 2017): it minimises the log loss of cross-validated logits.
 *
 * Where every prediction is right, that minimum is at certainty, which no number of pictures can prove. So each picture
 * asks for a little less than 1 of its category and shares the rest among the others (as Platt's targets do,
 * "Probabilistic Outputs for Support Vector Machines", 1999): 0.5/(n + 1), half an imagined mistake in all, as in
 * Jeffreys' prior. Few pictures so give modest scores.
 *
 * @param predictions logits of rows that the head was not trained on
 * @returns 1 when nothing can be learnt: no rows, one category, or logits all equal
 */
export function fitTemperature({ logits, labels, categories }: Predictions): number {
  const rows = labels.length
  if (rows === 0 || categories < 2) return 1
  const stride = Math.ceil((rows * categories) / MOST_LOGITS)
  const doubt = 0.5 / (rows + 1)
  const slope = (inverse: number) => {
    let sum = 0
    for (let row = 0; row < rows; row += stride) {
      const own = logits.subarray(row * categories, (row + 1) * categories)
      sum += expectedLogit(own, inverse) - targetLogit(own, labels[row]!, doubt)
    }
    return sum
  }
  // Log loss is convex in 1/T, so its slope crosses 0 once: bisection on the logarithm finds it.
  let low = Math.log(1 / TEMPERATURES.most)
  let high = Math.log(1 / TEMPERATURES.least)
  if (slope(Math.exp(low)) === 0 && slope(Math.exp(high)) === 0) return 1
  for (let halving = 0; halving < HALVINGS; halving++) {
    const middle = (low + high) / 2
    if (slope(Math.exp(middle)) < 0) low = middle
    else high = middle
  }
  return Math.exp(-(low + high) / 2)
}

/** Logits divided by a temperature. */
export function cooled(logits: Float32Array, temperature: number): Float32Array {
  return logits.map(value => value / temperature)
}

/** The same head with the temperature in its weights, so that whoever runs it gets calibrated scores. */
export function foldTemperature(head: Head, temperature: number): Head {
  return { ...head, weights: cooled(head.weights, temperature), bias: cooled(head.bias, temperature) }
}

/** Mean of the logits under softmax(logits * inverse). */
function expectedLogit(own: Float32Array, inverse: number): number {
  let largest = -Infinity
  for (const value of own) largest = Math.max(largest, value)
  let sum = 0
  let weighted = 0
  for (const value of own) {
    const weight = Math.exp((value - largest) * inverse)
    sum += weight
    weighted += weight * (value - largest)
  }
  return weighted / sum + largest
}

/** Mean of the logits under the target: 1 - doubt for the given category, the rest shared among the others. */
function targetLogit(own: Float32Array, given: number, doubt: number): number {
  let others = 0
  own.forEach((value, category) => {
    if (category !== given) others += value
  })
  return (1 - doubt) * own[given]! + (doubt * others) / (own.length - 1)
}
