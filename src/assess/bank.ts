/** Nearest neighbours that count; where lists are kept by category, of each category. */
export const NEIGHBOURS = 5

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
