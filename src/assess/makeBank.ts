import type { FeatureMatrix } from '../features/matrix.ts'
import { rowsByCategory, seededRandom } from '../head/sampler.ts'
import type { Bank } from './bank.ts'

/** A bank holds at most this many rows: 2 MB, and 2 ms a picture, at 1024 features. */
export const BANK_ROWS = 2000

/**
 * Rows drawn so that every category has the same number, or all it has; all rows when they are no more than `limit`.
 *
 * @returns row indices, ascending
 */
export function sampleEvenly(labels: Int32Array, limit: number, seed = 1): Int32Array {
  if (labels.length <= limit) return Int32Array.from(labels.keys())
  const random = seededRandom(seed)
  const ranks = new Float64Array(labels.length)
  for (const rows of rowsByCategory(labels, () => true)) {
    // The rank within the shuffled category comes first, so all categories are taken from in turn.
    const shuffled = Array.from(rows, row => ({ row, key: random() })).sort((a, b) => a.key - b.key)
    shuffled.forEach(({ row, key }, rank) => {
      ranks[row] = rank + key
    })
  }
  const order = Array.from(ranks.keys()).sort((a, b) => ranks[a]! - ranks[b]!)
  return Int32Array.from(order.slice(0, limit)).sort()
}

/** Makes a bank of rows of length 1. */
export function makeBank({ values, rows, width }: FeatureMatrix): Bank {
  const codes = new Int8Array(rows * width)
  const scales = new Float32Array(rows)
  for (let row = 0; row < rows; row++) {
    let largest = 0
    for (let at = row * width; at < (row + 1) * width; at++) largest = Math.max(largest, Math.abs(values[at]!))
    if (largest === 0) continue
    scales[row] = largest / 127
    for (let at = row * width; at < (row + 1) * width; at++) codes[at] = Math.round((values[at]! / largest) * 127)
  }
  return { codes, scales, rows, width }
}
