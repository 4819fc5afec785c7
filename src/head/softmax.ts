/** Softmax of `count` values at `offset`, written to `target` at the same place; shifted by the largest for range. */
export function softmaxAt(logits: Float32Array, offset: number, count: number, target: Float32Array): void {
  let largest = -Infinity
  for (let at = offset; at < offset + count; at++) largest = Math.max(largest, logits[at]!)
  let sum = 0
  for (let at = offset; at < offset + count; at++) {
    const power = Math.exp(logits[at]! - largest)
    target[at] = power
    sum += power
  }
  for (let at = offset; at < offset + count; at++) target[at]! /= sum
}

/** Softmax of each row of [rows, categories]. */
export function softmaxRows(logits: Float32Array, categories: number): Float32Array {
  const scores = new Float32Array(logits.length)
  for (let offset = 0; offset < logits.length; offset += categories) softmaxAt(logits, offset, categories, scores)
  return scores
}

/** Index of the largest of `count` values at `offset`, counted from `offset`; the first of equals. */
export function argMaxAt(values: Float32Array, offset: number, count: number): number {
  let best = 0
  for (let at = 1; at < count; at++) if (values[offset + at]! > values[offset + best]!) best = at
  return best
}
