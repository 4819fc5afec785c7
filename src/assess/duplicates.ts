import { meanCosine, type Neighbours } from './neighbours.ts'

/** Two pictures that the network sees as all but the same. */
export interface NearDuplicate {
  /** Row indices, `first` the smaller. */
  readonly first: number
  readonly second: number
  readonly cosine: number
}

/** Least cosine of a near copy: resized, recompressed or lightly retouched copies reach it, few other pairs do. */
export const NEAR_DUPLICATE = 0.97

/** A picture unlike all others. */
export interface Outlier {
  readonly row: number
  /** Mean cosine to its 5 nearest. */
  readonly cosine: number
  /** The same mean for the median picture. */
  readonly usual: number
}

/**
 * Deviations from the median that make an outlier: the usual limit of the modified z-score (Iglewicz and Hoaglin,
 * 1993).
 */
const OUTLIER_SCORE = 3.5
/** Rows needed: the median of fewer says nothing. */
const LEAST_PICTURES = 20

/** Pairs of rows with at least the cosine given, most alike first. */
export function nearDuplicates(neighbours: Neighbours, least = NEAR_DUPLICATE): NearDuplicate[] {
  const pairs = new Map<number, NearDuplicate>()
  for (let at = 0; at < neighbours.row.length; at++) {
    const other = neighbours.row[at]!
    const cosine = neighbours.cosine[at]!
    if (other < 0 || cosine < least) continue
    const row = Math.floor(at / neighbours.size)
    const [first, second] = row < other ? [row, other] : [other, row]
    pairs.set(first * neighbours.rows + second, { first, second, cosine })
  }
  return [...pairs.values()].sort((a, b) => b.cosine - a.cosine || a.first - b.first || a.second - b.second)
}

/**
 * Groups of rows joined by pairs, so that a split can keep each whole: near-duplicates on both sides of it would
 * flatter the accuracy.
 *
 * @returns the smallest row of each row's group, [rows]
 */
export function duplicateGroups(rows: number, pairs: readonly NearDuplicate[]): Int32Array {
  const parent = Int32Array.from({ length: rows }, (_, row) => row)
  const root = (row: number) => {
    let at = row
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]!]!
      at = parent[at]!
    }
    return at
  }
  for (const { first, second } of pairs) {
    const a = root(first)
    const b = root(second)
    parent[Math.max(a, b)] = Math.min(a, b)
  }
  return parent.map((_, row) => root(row))
}

/** Rows far from all others by a median-based score, the farthest first; none among fewer than 20. */
export function outliers(neighbours: Neighbours, labels: Int32Array): Outlier[] {
  if (neighbours.rows < LEAST_PICTURES) return []
  const cosines = Float64Array.from({ length: neighbours.rows }, (_, row) => meanCosine(neighbours, row, labels))
  const usual = median(cosines)
  const spread = median(cosines.map(cosine => Math.abs(cosine - usual))) / 0.6745
  return Array.from(cosines, (cosine, row) => ({ row, cosine, usual }))
    .filter(({ cosine }) => spread > 0 && (usual - cosine) / spread > OUTLIER_SCORE)
    .sort((a, b) => a.cosine - b.cosine || a.row - b.row)
}

function median(values: Float64Array): number {
  const sorted = values.slice().sort()
  const middle = sorted.length / 2
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2
}
