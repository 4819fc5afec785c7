import type { Head } from '../head/head.ts'
import { argMaxAt } from '../head/softmax.ts'
import type { Predictions } from './metrics.ts'

/**
 * Limits of the temperature: beyond them scores are nearly equal or nearly certain.
 * @internal for tests: the ends of the search
 */
export const TEMPERATURES = { least: 0.05, most: 20 } as const

/** At most this many logits are used: they fit a single number, which more of them would not change. */
const MOST_LOGITS = 400_000
const HALVINGS = 50

/**
 * The temperature T (Guo et al., "On Calibration of Modern Neural Networks", 2017) at which softmax(logits / T) means what
 * it says of cross-validated logits: on average the highest score is the share of rows whose highest score is right.
 *
 * Guo et al. minimise the log loss instead, which weighs rare gross mistakes more than the many scores that people read:
 * its scores are off by more on sets of hundreds of pictures (bench/evaluation).
 *
 * Where every prediction is right, that is certainty, which no number of pictures can prove. So half a mistake in one more
 * row is imagined, as in Jeffreys' prior. Few pictures so give modest scores.
 *
 * @param predictions logits of rows that the head was not trained on
 * @returns 1 when nothing can be learnt: no rows, one category, or logits all equal
 */
export function fitTemperature({ logits, labels, categories }: Predictions): number {
  const rows = labels.length
  if (rows === 0 || categories < 2) return 1
  const stride = Math.ceil((rows * categories) / MOST_LOGITS)
  let seen = 0
  let right = 0
  let level = true
  for (let row = 0; row < rows; row += stride) {
    const best = argMaxAt(logits, row * categories, categories)
    seen++
    if (best === labels[row]) right++
    level &&= logits
      .subarray(row * categories, (row + 1) * categories)
      .every(value => value === logits[row * categories])
  }
  if (level) return 1
  const accuracy = (right + 0.5) / (seen + 1)
  const confidence = (temperature: number) => {
    let sum = 0
    for (let row = 0; row < rows; row += stride) {
      sum += highestScore(logits.subarray(row * categories, (row + 1) * categories), temperature)
    }
    return sum / seen
  }
  // The highest score falls as T rises: bisection on T's logarithm finds it.
  let low = Math.log(TEMPERATURES.least)
  let high = Math.log(TEMPERATURES.most)
  for (let halving = 0; halving < HALVINGS; halving++) {
    const middle = (low + high) / 2
    if (confidence(Math.exp(middle)) > accuracy) low = middle
    else high = middle
  }
  return Math.exp((low + high) / 2)
}

/** Logits divided by a temperature. */
export function cooled(logits: Float32Array, temperature: number): Float32Array {
  return logits.map(value => value / temperature)
}

/** The same head with the temperature in its weights, so that whoever runs it gets calibrated scores. */
export function foldTemperature(head: Head, temperature: number): Head {
  return { ...head, weights: cooled(head.weights, temperature), bias: cooled(head.bias, temperature) }
}

/** Of the softmax of logits / temperature. */
function highestScore(logits: Float32Array, temperature: number): number {
  let largest = -Infinity
  for (const value of logits) largest = Math.max(largest, value)
  let sum = 0
  for (const value of logits) sum += Math.exp((value - largest) / temperature)
  return 1 / sum
}
