import type { FeatureMatrix } from '../features/matrix.ts'
import { pause } from '../flow/pause.ts'
import { NEIGHBOURS } from './bank.ts'
import { PACK, pack, packProducts } from './products.ts'

/** Rows packed at a time, which limits the memory of the search. */
const BLOCK = 128
/** Rows that a block is compared with before the event loop gets its turn: a tenth of a second of work. */
const YIELD = 8 * BLOCK

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
 * Exact nearest neighbours by cosine of every row among the others. Each pair is looked at once; time grows with the
 * square of the rows (sample more than a few thousand), memory doesn't. Pauses now and then: it may take seconds.
 *
 * @param unit rows of length 1
 * @param labels category of each row
 * @throws the signal's reason when aborted
 */
export async function nearestNeighbours(
  unit: FeatureMatrix,
  labels: Int32Array,
  signal?: AbortSignal,
): Promise<Neighbours> {
  const neighbours = noNeighbours(unit.rows)
  for (const _ of search(unit, labels, neighbours)) {
    await pause(signal)
  }
  return neighbours
}

function noNeighbours(rows: number): Neighbours {
  const size = 2 * NEIGHBOURS
  return { rows, size, row: new Int32Array(rows * size).fill(-1), cosine: new Float32Array(rows * size).fill(-2) }
}

/** Fills the lists, and often lets other work run. */
function* search(unit: FeatureMatrix, labels: Int32Array, neighbours: Neighbours): Generator<void> {
  const { rows } = unit
  const products = new Float64Array(PACK * PACK)
  for (let left = 0; left < rows; left += BLOCK) {
    const leftPacks = packBlock(unit, left)
    for (let right = 0; right <= left; right += BLOCK) {
      const rightPacks = right === left ? leftPacks : packBlock(unit, right)
      leftPacks.forEach((leftPack, i) => {
        for (let j = 0; j < rightPacks.length && (right < left || j <= i); j++) {
          packProducts(leftPack, rightPacks[j]!, products)
          offerTile(neighbours, labels, left + i * PACK, right + j * PACK, products)
        }
      })
      if (right % YIELD === 0) yield
    }
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

function packBlock(unit: FeatureMatrix, start: number): Float64Array[] {
  const packs: Float64Array[] = []
  for (let row = start; row < Math.min(start + BLOCK, unit.rows); row += PACK) packs.push(pack(unit, row))
  return packs
}

function offerTile(neighbours: Neighbours, labels: Int32Array, left: number, right: number, products: Float64Array) {
  for (let at = 0; at < PACK * PACK; at++) {
    const a = left + Math.floor(at / PACK)
    const b = right + (at % PACK)
    if (b >= a || a >= neighbours.rows) continue // each pair once, no row with itself, no row of padding
    offer(neighbours, labels, a, b, products[at]!)
    offer(neighbours, labels, b, a, products[at]!)
  }
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
