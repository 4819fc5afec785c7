import type { Interval } from '../../assess/interval.ts'
import { seededRandom } from '../../head/sampler.ts'

/** What is known of one candidate when they are compared. */
export interface Contestant {
  /** 1 where it named the picture right by cross-validation, else 0, [pictures]. */
  readonly right: Uint8Array
  /** Of one picture. */
  readonly milliseconds: number
}

/** One-sided; as in two-sided intervals of 95 %. */
const LEVEL = 0.025
/** Random signs drawn. */
const DRAWS = 4000

/**
 * Chooses among candidates that named the same pictures on the same folds: starts from the first, and goes on to the
 * cheapest of those that beat it beyond chance, until none does. Ties are for the better one.
 *
 * @param groups near-duplicates share a number: they are right or wrong together, [pictures]
 * @returns index of the chosen one
 */
export function choosePaired(contestants: readonly Contestant[], groups: ArrayLike<number>, draws = DRAWS): number {
  let chosen = 0
  const passed = new Set<number>()
  for (;;) {
    passed.add(chosen)
    const { right } = contestants[chosen]!
    const chances = chancesOfGain(
      right,
      contestants.map(other => other.right),
      groups,
      draws,
    )
    const better = chances.flatMap((chance, index) => (chance < LEVEL && !passed.has(index) ? [index] : []))
    if (better.length === 0) return chosen
    const cost = (index: number) => contestants[index]!.milliseconds
    const hits = (index: number) => count(contestants[index]!.right)
    chosen = better.reduce((a, b) => (cost(b) < cost(a) || (cost(b) === cost(a) && hits(b) > hits(a)) ? b : a))
  }
}

/**
 * How likely each candidate's gain over one of them, or a larger gain of any, would be if none were better: McNemar's
 * test (Psychometrika 12, 1947), exact by random signs, for the largest of all gains at once (P. Westfall and S. Young,
 * "Resampling-Based Multiple Testing", 1993). The best of fifteen is not better for having been picked out.
 *
 * @returns chances, one-sided, in the order of `others`
 * @internal for tests: chances that are known in closed form
 */
export function chancesOfGain(
  right: Uint8Array,
  others: readonly Uint8Array[],
  groups: ArrayLike<number>,
  draws = DRAWS,
): number[] {
  const members = new Map<number, number[]>()
  for (let row = 0; row < right.length; row++) members.set(groups[row]!, [...(members.get(groups[row]!) ?? []), row])
  // Only groups in which something differs count: [groups][others]
  const gains = [...members.values()]
    .map(rows => others.map(other => rows.reduce((sum, row) => sum + other[row]! - right[row]!, 0)))
    .filter(gain => gain.some(value => value !== 0))
  const spread = others.map((_, at) => Math.sqrt(gains.reduce((sum, gain) => sum + gain[at]! ** 2, 0)) || 1)
  const observed = others.map((_, at) => gains.reduce((sum, gain) => sum + gain[at]!, 0) / spread[at]!)
  const random = seededRandom(1)
  const reached = new Array<number>(others.length).fill(1)
  for (let draw = 0; draw < draws; draw++) {
    const sums = new Float64Array(others.length)
    for (const gain of gains) {
      const sign = random() < 0.5 ? -1 : 1
      for (let at = 0; at < sums.length; at++) sums[at]! += sign * gain[at]!
    }
    const largest = sums.reduce((most, sum, at) => Math.max(most, sum / spread[at]!), Number.NEGATIVE_INFINITY)
    for (let at = 0; at < sums.length; at++) if (largest >= observed[at]! - 1e-9) reached[at]!++
  }
  return reached.map((times, at) => (observed[at]! > 0 ? times / (draws + 1) : 1))
}

/** True when not even a candidate without a mistake could beat this one beyond chance. */
export function isUnbeatable(right: Uint8Array, groups: ArrayLike<number>): boolean {
  const wrong = new Set<number>()
  right.forEach((hit, row) => {
    if (hit === 0) wrong.add(groups[row]!)
  })
  return 0.5 ** wrong.size >= LEVEL
}

/**
 * The share gained, with its 95 % interval: A. Agresti and Y. Min, "Simple improved confidence intervals for comparing
 * matched proportions", Statistics in Medicine 24, 2005.
 */
export function pairedGain(right: Uint8Array, other: Uint8Array): Interval & { readonly gain: number } {
  let won = 0
  let lost = 0
  right.forEach((hit, row) => {
    if (other[row]! > hit) won++
    else if (other[row]! < hit) lost++
  })
  const [b, c, n] = [won + 0.5, lost + 0.5, right.length + 2]
  const half = (1.959963984540054 / n) * Math.sqrt(b + c - (b - c) ** 2 / n)
  const middle = (b - c) / n
  return { gain: (won - lost) / right.length, low: Math.max(-1, middle - half), high: Math.min(1, middle + half) }
}

export function count(right: Uint8Array): number {
  return right.reduce((sum, hit) => sum + hit, 0)
}
