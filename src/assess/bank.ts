import type { FeatureMatrix } from '../features/matrix.ts'
import { rowsByCategory, seededRandom } from '../head/sampler.ts'
import { NEIGHBOURS } from './neighbours.ts'

/**
 * Training bottlenecks to compare a new picture with. One byte a number: cosines come out within 0.001 of the exact
 * ones, at a quarter of the size.
 */
export interface Bank {
  /** [rows, width] */
  readonly codes: Int8Array
  /** What a row's codes are multiplied by to give a row of length 1, [rows]. */
  readonly scales: Float32Array
  readonly rows: number
  readonly width: number
}

/** Rows in a bank, at most: 2 MB and 2 ms a picture at 1024 features. */
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

/** Mean cosine of a bottleneck, of any length, to its 5 nearest in the bank; 0 for an empty bank or a row of zeros. */
export function bankCosine(bank: Bank, bottleneck: Float32Array): number {
  const { codes, scales, rows, width } = bank
  const best = new Array<number>(Math.min(NEIGHBOURS, rows)).fill(-2)
  const length = Math.sqrt(bottleneck.reduce((sum, value) => sum + value * value, 0))
  if (best.length === 0 || length === 0) return 0
  for (let row = 0; row < rows; row++) {
    const offset = row * width
    let sum = 0
    for (let at = 0; at < width; at++) sum += codes[offset + at]! * bottleneck[at]!
    const cosine = (sum * scales[row]!) / length
    if (cosine <= best[best.length - 1]!) continue
    best[best.length - 1] = cosine
    best.sort((a, b) => b - a)
  }
  return best.reduce((sum, cosine) => sum + cosine, 0) / best.length
}
