import { argMaxAt, softmaxRows } from '../head/softmax.ts'
import type { Predictions } from './metrics.ts'

/** What happens to cross-validated pictures when only those with a high enough best score are let through. */
export interface CertaintyPoint {
  /** Best scores of at least this are let through. */
  readonly threshold: number
  /** Pictures let through, and those of them named right. */
  readonly pictures: number
  readonly right: number
}

/** A table has at most this many points, as it is kept in the model's manifest. */
const MOST_POINTS = 100

/**
 * Tells which precision costs how much coverage: from all pictures through, each point is the lowest threshold that
 * raises the precision further.
 *
 * @param predictions calibrated logits of rows by heads that were not trained on them
 * @returns thresholds ascending; empty without rows
 */
export function certaintyTable({ logits, labels, categories }: Predictions): CertaintyPoint[] {
  const scores = softmaxRows(logits, categories)
  const ranked = Array.from(labels, (label, row) => {
    const best = argMaxAt(logits, row * categories, categories)
    return { score: scores[row * categories + best]!, right: best === label ? 1 : 0 }
  }).sort((a, b) => b.score - a.score)

  const points: CertaintyPoint[] = []
  let right = 0
  ranked.forEach((entry, at) => {
    right += entry.right
    const next = ranked[at + 1]?.score
    if (next === entry.score) return // equal scores pass together
    // Half-way to the next: a new picture just below the last one is no less certain than it.
    points.push({ threshold: next === undefined ? 0 : (entry.score + next) / 2, pictures: at + 1, right })
  })
  const rising: CertaintyPoint[] = []
  for (const point of points.reverse()) {
    if (rising.length === 0 || precisionOf(point) > precisionOf(rising.at(-1)!)) rising.push(point)
  }
  return thinned(rising)
}

/**
 * Share of those let through that are right; half a mistake more than was seen, as few pictures prove little (the mean
 * under Jeffreys' prior): nine, all right, make 95 %.
 */
export function precisionOf({ pictures, right }: CertaintyPoint): number {
  return (right + 0.5) / (pictures + 1)
}

/** The point that lets most pictures through at the precision wanted; where none reaches it, the most precise. */
export function pointFor(table: readonly CertaintyPoint[], precision: number): CertaintyPoint | undefined {
  return table.find(point => precisionOf(point) >= precision) ?? table.at(-1)
}

/** Evenly spaced points, the first and the last among them. */
function thinned(points: readonly CertaintyPoint[]): CertaintyPoint[] {
  if (points.length <= MOST_POINTS) return [...points]
  const step = (points.length - 1) / (MOST_POINTS - 1)
  return Array.from({ length: MOST_POINTS }, (_, at) => points[Math.round(at * step)]!)
}
