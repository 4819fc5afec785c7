import { transposed } from '../graph/transpose.ts'
import type { HeadProblem } from './engine.ts'

/**
 * A 1 at each row's label, [rows, categories].
 *
 * @param chosen the rows of `labels` that are wanted, in their order; all of them by default
 */
export function oneHot(labels: Int32Array, categories: number, chosen?: Int32Array): Float32Array {
  const rows = chosen?.length ?? labels.length
  const truth = new Float32Array(rows * categories)
  for (let row = 0; row < rows; row++) truth[row * categories + labels[chosen ? chosen[row]! : row]!] = 1
  return truth
}

/** [heads * categories, width] → [heads, width, categories] */
export function widthFirst(weights: Float32Array, { heads, categories, width }: HeadProblem): Float32Array {
  const result = new Float32Array(weights.length)
  const size = categories * width
  for (let head = 0; head < heads; head++) {
    result.set(transposed(weights.subarray(head * size, (head + 1) * size), categories, width), head * size)
  }
  return result
}

/** Differences of two categories' logits, of their weights or of their biases → both, which are opposites: [..., 2]. */
export function asPairs(differences: Float32Array): Float32Array {
  const pairs = new Float32Array(2 * differences.length)
  for (let at = 0; at < differences.length; at++) {
    pairs[2 * at] = -differences[at]! / 2
    pairs[2 * at + 1] = differences[at]! / 2
  }
  return pairs
}
