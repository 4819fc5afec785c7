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
  const seen = Math.ceil(rows / stride)
  const below = new Float64Array(seen * categories) // the row's largest
  let right = 0
  for (let at = 0; at < seen; at++) {
    const first = at * stride * categories
    const best = argMaxAt(logits, first, categories)
    if (best === labels[at * stride]) right++
    const largest = logits[first + best]!
    for (let column = 0; column < categories; column++) {
      below[at * categories + column] = logits[first + column]! - largest
    }
  }
  if (below.every(value => value === 0)) return 1
  const accuracy = (right + 0.5) / (seen + 1)
  const confidence = (temperature: number) => {
    let sum = 0
    for (let first = 0; first < below.length; first += categories) {
      let exps = 0
      for (let at = first; at < first + categories; at++) exps += Math.exp(below[at]! / temperature)
      sum += 1 / exps
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
