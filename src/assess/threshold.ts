/** A score and its weight: the pictures of each category together weigh the same, however many there are. */
export interface WeightedScore {
  readonly score: number
  readonly weight: number
}

export interface ThresholdOptions {
  /** Wanted share of known pictures among those let through. */
  readonly precision: number
  /** Assumed share of new pictures that belong to no category. */
  readonly unknownShare: number
  /** Share of the known pictures that must be let through, whatever that does to precision. */
  readonly leastCoverage: number
}

/**
 * Half of the pictures unknown is the hardest realistic case; a warning on more than one good picture in ten would be
 * ignored.
 */
export const DEFAULT_THRESHOLD: ThresholdOptions = { precision: 0.95, unknownShare: 0.5, leastCoverage: 0.9 }

export interface Threshold {
  /** Scores of at least this are let through. */
  readonly threshold: number
  /** Of those let through, the share that are known. */
  readonly precision: number
  /** Share of the known that are let through. */
  readonly coverage: number
  /** Share of the unknown that are turned away. */
  readonly caught: number
  /** Whether the precision asked for is reached. */
  readonly reached: boolean
}

/**
 * The lowest threshold, and so the widest coverage, at which the stated share of what passes is known. When that would
 * turn away too many known pictures, the threshold at which just enough of them pass.
 *
 * @returns undefined when there are no known or no unknown scores
 */
export function chooseThreshold(
  known: readonly WeightedScore[],
  unknown: readonly WeightedScore[],
  options: ThresholdOptions = DEFAULT_THRESHOLD,
): Threshold | undefined {
  if (known.length === 0 || unknown.length === 0) return undefined
  const knownTotal = total(known)
  const unknownTotal = total(unknown)
  const steps = [
    ...known.map(entry => ({ ...entry, known: true })),
    ...unknown.map(entry => ({ ...entry, known: false })),
  ]
  steps.sort((a, b) => b.score - a.score)

  let best: Threshold | undefined
  let fallback: Threshold | undefined
  let knownPassed = 0
  let unknownPassed = 0
  steps.forEach((step, at) => {
    if (step.known) knownPassed += step.weight / knownTotal
    else unknownPassed += step.weight / unknownTotal
    if (steps[at + 1]?.score === step.score) return // equal scores pass together
    const good = (1 - options.unknownShare) * knownPassed
    const bad = options.unknownShare * unknownPassed
    const reached = good / (good + bad) >= options.precision
    const next = steps[at + 1]?.score
    const passed = {
      // Half-way to the next score: a new picture just below the last one is no stranger than it.
      threshold: next === undefined ? step.score : (step.score + next) / 2,
      precision: good / (good + bad),
      coverage: Math.min(1, knownPassed),
      caught: Math.max(0, 1 - unknownPassed),
      reached,
    }
    if (reached) best = passed
    if (passed.coverage >= options.leastCoverage) fallback ??= passed
  })
  return best !== undefined && best.coverage >= options.leastCoverage ? best : fallback
}

function total(scores: readonly WeightedScore[]): number {
  return scores.reduce((sum, { weight }) => sum + weight, 0)
}
