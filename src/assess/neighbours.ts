import { loadProducts } from '../engine/loadProducts.ts'
import type { FeatureMatrix } from '../features/matrix.ts'
import { pause } from '../flow/pause.ts'
import { NEIGHBOURS } from './bank.ts'

/** Rows that all others are compared with at a time: a twentieth of a second, and as many lists of cosines in memory. */
const BLOCK = 256

/**
 * The nearest rows of each row, nearest first. A list holds `size` entries of which at most half are of one category:
 * whichever category is then left out, the 5 nearest of the rest are in it.
 */
export interface Neighbours {
  readonly rows: number
  /** Entries a row. */
  readonly size: number
  /** Row indices, [rows, size]; -1 where there are no more. */
  readonly row: Int32Array
  /** Their cosines, [rows, size]; -2 where there are no more. */
  readonly cosine: Float32Array
}

/** The same rows scaled to length 1, so that a dot product is a cosine; rows of zeros stay zeros. */
export function unitRows({ values, rows, width }: FeatureMatrix): FeatureMatrix {
  const unit = new Float32Array(rows * width)
  for (let row = 0; row < rows; row++) {
    const offset = row * width
    let square = 0
    for (let at = offset; at < offset + width; at++) square += values[at]! * values[at]!
    const scale = square === 0 ? 0 : 1 / Math.sqrt(square)
    for (let at = offset; at < offset + width; at++) unit[at] = values[at]! * scale
  }
  return { values: unit, rows, width }
}

/**
 * Exact nearest neighbours by cosine of every row among the others: matrix products in the engine, of which each row's
 * largest are picked here, since a category may fill no more than half of a list. Time grows with the square of the rows
 * (sample more than a few thousand), memory doesn't. Pauses now and then: it may take seconds.
 *
 * @param unit rows of length 1
 * @param labels category of each row
 * @throws the signal's reason when aborted; UserError `E_ENGINE`
 */
export async function nearestNeighbours(
  unit: FeatureMatrix,
  labels: Int32Array,
  signal?: AbortSignal,
): Promise<Neighbours> {
  const { values, rows, width } = unit
  const neighbours = noNeighbours(rows)
  if (rows < 2) return neighbours
  const products = await loadProducts(unit)
  try {
    for (let start = 0; start < rows; start += BLOCK) {
      const end = Math.min(rows, start + BLOCK)
      const cosines = await products.timesTransposed(values.subarray(start * width, end * width))
      for (let row = start; row < end; row++) offerAll(neighbours, labels, row, cosines, (row - start) * rows)
      await pause(signal)
    }
  } finally {
    await products.dispose()
  }
  return neighbours
}

function noNeighbours(rows: number): Neighbours {
  const size = 2 * NEIGHBOURS
  return { rows, size, row: new Int32Array(rows * size).fill(-1), cosine: new Float32Array(rows * size).fill(-2) }
}

/** Fills the list of a row from its cosines with all rows, which begin at `from`. */
function offerAll(neighbours: Neighbours, labels: Int32Array, row: number, cosines: Float32Array, from: number): void {
  for (let other = 0; other < neighbours.rows; other++) {
    if (other !== row) offer(neighbours, labels, row, other, cosines[from + other]!)
  }
}

/** Mean cosine of a row to its nearest 5 that are not of the category left out; 0 when there are none. */
export function meanCosine(neighbours: Neighbours, row: number, labels: Int32Array, leftOut = -1): number {
  let sum = 0
  let count = 0
  for (let at = row * neighbours.size; at < (row + 1) * neighbours.size && count < NEIGHBOURS; at++) {
    const other = neighbours.row[at]!
    if (other < 0) break
    if (labels[other] === leftOut) continue
    sum += neighbours.cosine[at]!
    count++
  }
  return count === 0 ? 0 : sum / count
}

/**
 * Inserts `other` into the sorted list of `row`; the last entry of its category drops out, or else the last of the
 * list.
 */
function offer({ size, row: rows, cosine }: Neighbours, labels: Int32Array, row: number, other: number, value: number) {
  const start = row * size
  const last = start + size - 1
  if (value <= cosine[last]!) return
  let same = 0
  let gap = last
  for (let at = start; at <= last && rows[at]! >= 0; at++) {
    if (labels[rows[at]!] === labels[other] && ++same === NEIGHBOURS) gap = at
  }
  if (same >= NEIGHBOURS && value <= cosine[gap]!) return
  while (gap > start && cosine[gap - 1]! < value) {
    cosine[gap] = cosine[gap - 1]!
    rows[gap] = rows[gap - 1]!
    gap--
  }
  cosine[gap] = value
  rows[gap] = other
}
