import { NEAR_DUPLICATE } from '../../assess/duplicates.ts'
import type { FeatureMatrix } from '../../features/matrix.ts'

/** Candidates looked at for each picture wanted. */
const SHORTLIST = 10
/**
 * Of a pool, at most this share are candidates: of most of a small pool, k-means would choose by difference alone.
 * Measured in bench/evaluation.
 */
const CANDIDATES = 1 / 4
/** And at least so many for each picture wanted. */
const CHOICE = 2
/** Of the picks, at most this share are unlike anything learnt. */
const STRANGERS = 1 / 4
const ITERATIONS = 25

/** Pictures without a label, and what the head makes of them. */
export interface Pool {
  /** Rows of length 1. */
  readonly unit: FeatureMatrix
  /** Calibrated, [rows, categories]; undefined without a head. */
  readonly scores: Float32Array | undefined
  readonly categories: number
  readonly isStrange: (row: number) => boolean
  /** Pictures that are labelled already, rows of length 1: near copies of them would teach nothing. */
  readonly labelled: FeatureMatrix
}

/** A picture worth a label, and why. */
export interface Pick {
  readonly row: number
  /** Best category and the one behind it; undefined without a head. */
  readonly between: readonly [number, number] | undefined
  /** Rows of the shortlist that it stands for, itself among them. */
  readonly standsFor: number
  readonly strange: boolean
}

/**
 * Chooses the pictures whose labels would teach most: those between two categories (smallest margin), as many of each
 * predicted category, and of these, by k-means, some that differ. Of the ways tried on six sets this one asked for the
 * fewest labels: 84 in the median for what random ones reach with 140.
 *
 * @param count how many are wanted; fewer where there are not so many that differ
 */
export async function pickNext(pool: Pool, count: number, seed = 1): Promise<Pick[]> {
  const rows = shortlist(pool, candidates(pool, count))
  const clusters = await cluster(pool.unit, rows, count, seed)
  const taken: number[] = []
  const strangers = Math.ceil(count * STRANGERS)
  let strange = 0
  const picks: Pick[] = []
  const offer = (row: number, standsFor: number) => {
    const isStrange = pool.isStrange(row)
    if (taken.length >= count || taken.includes(row) || (isStrange && strange >= strangers)) return
    if (isKnown(pool, row, taken)) return
    taken.push(row)
    if (isStrange) strange++
    picks.push({ row, between: topTwo(pool, row), standsFor, strange: isStrange })
  }
  for (const members of clusters) {
    const at = picks.length
    for (const row of members) {
      if (picks.length === at) offer(row, members.length)
    }
  }
  for (const row of rows) offer(row, 1) // where clusters were of copies alone
  return picks
}

/** How many of the pool are worth a closer look. Without a head there is nothing to prefer any by. */
function candidates({ scores, unit }: Pool, count: number): number {
  if (scores === undefined) return count * SHORTLIST
  return Math.min(count * SHORTLIST, Math.max(count * CHOICE, Math.round(unit.rows * CANDIDATES)))
}

/** Rows by smallest margin, of each predicted category in turn; without a head, spread evenly. */
function shortlist({ scores, categories, unit }: Pool, most: number): number[] {
  if (scores === undefined) {
    const kept = Math.min(most, unit.rows)
    return Array.from({ length: kept }, (_, at) => Math.floor((at * unit.rows) / kept))
  }
  const queues: { row: number; margin: number }[][] = Array.from({ length: categories }, () => [])
  for (let row = 0; row < unit.rows; row++) {
    const [best, second] = bestTwo(scores, row, categories)
    const margin = scores[row * categories + best]! - scores[row * categories + second]!
    queues[best]!.push({ row, margin })
  }
  for (const queue of queues) queue.sort((a, b) => a.margin - b.margin || a.row - b.row)
  const rows: number[] = []
  for (let turn = 0; rows.length < Math.min(most, unit.rows); turn++) {
    for (const queue of queues) {
      const next = queue[turn]
      if (next !== undefined && rows.length < most) rows.push(next.row)
    }
  }
  return rows
}

/** @returns clusters, each with the row nearest its centre first */
async function cluster(unit: FeatureMatrix, rows: readonly number[], count: number, seed: number): Promise<number[][]> {
  if (rows.length <= count) return rows.map(row => [row])
  const { kmeans } = await import('ml-kmeans')
  const { values, width } = unit
  const points = rows.map(row => Array.from(values.subarray(row * width, (row + 1) * width)))
  const { clusters, centroids } = kmeans(points, count, { seed, maxIterations: ITERATIONS })
  return centroids.map((centre, at) => {
    const members = rows.flatMap((row, point) =>
      clusters[point] === at ? [{ row, distance: distance(points[point]!, centre) }] : [],
    )
    return members.sort((a, b) => a.distance - b.distance || a.row - b.row).map(({ row }) => row)
  })
}

function distance(a: readonly number[], b: readonly number[]): number {
  let sum = 0
  for (let at = 0; at < a.length; at++) sum += (a[at]! - b[at]!) ** 2
  return sum
}

/** Whether a near copy of it is chosen or labelled. */
function isKnown({ unit, labelled }: Pool, row: number, taken: readonly number[]): boolean {
  const own = unit.values.subarray(row * unit.width, (row + 1) * unit.width)
  if (taken.some(other => dot(own, unit, other) >= NEAR_DUPLICATE)) return true
  for (let other = 0; other < labelled.rows; other++) if (dot(own, labelled, other) >= NEAR_DUPLICATE) return true
  return false
}

function dot(own: Float32Array, { values, width }: FeatureMatrix, row: number): number {
  let sum = 0
  for (let at = 0; at < width; at++) sum += own[at]! * values[row * width + at]!
  return sum
}

function topTwo({ scores, categories }: Pool, row: number): Pick['between'] {
  return scores === undefined || categories < 2 ? undefined : bestTwo(scores, row, categories)
}

function bestTwo(scores: Float32Array, row: number, categories: number): [number, number] {
  let [best, second] = [0, -1]
  const at = (category: number) => scores[row * categories + category]!
  for (let category = 1; category < categories; category++) {
    if (at(category) > at(best)) [best, second] = [category, best]
    else if (second < 0 || at(category) > at(second)) second = category
  }
  return [best, Math.max(0, second)]
}
