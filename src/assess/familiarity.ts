import { logNormalTail, mean, standardDeviation } from './statistics.ts'

/** What `guess` needs to tell a picture unlike anything seen, with a bank of training bottlenecks; plain data. */
export interface FamiliarityRule {
  /** Share of the energy in the score, 0 to 1; the rest is the neighbours'. */
  readonly energyWeight: number
  /** Of mean cosines to the 5 nearest, among the training pictures. */
  readonly cosine: Scale
  /** Of energies of the calibrated logits, among the training pictures when left out of training. */
  readonly energy: Scale
  /** Pictures with a lower score are called unlike anything seen. */
  readonly threshold: number
}

export interface Scale {
  readonly mean: number
  readonly deviation: number
}

/** Weights to try; among equally good ones the first is taken. */
export const ENERGY_WEIGHTS = [0.5, 0.25, 0.75, 0, 1] as const

/**
 * Free energy of logits, negated: log Σ exp(logit). High where some category is sure (Liu et al., "Energy-based
 * Out-of-distribution Detection", 2020).
 *
 * @param leftOut a category not to count
 */
export function energyAt(logits: Float32Array, offset: number, categories: number, leftOut = -1): number {
  let largest = -Infinity
  for (let at = 0; at < categories; at++) if (at !== leftOut) largest = Math.max(largest, logits[offset + at]!)
  if (largest === -Infinity) return 0
  let sum = 0
  for (let at = 0; at < categories; at++) if (at !== leftOut) sum += Math.exp(logits[offset + at]! - largest)
  return largest + Math.log(sum)
}

/** Mean and deviation of scores; the deviation is kept above 0, so that equal scores give 0 and others are far. */
export function scaleOf(values: ArrayLike<number>): Scale {
  const centre = mean(values)
  return { mean: centre, deviation: Math.max(1e-6, standardDeviation(values, centre)) }
}

/** Weight of the neighbours that no energy can outweigh. */
const NEIGHBOURS_ALONE = 0.75

/**
 * How familiar a picture is: the logarithm of the share of training pictures that are no more familiar, by neighbours
 * and by energy, weighted (R. A. Fisher's way to combine tests, 1932, on normal tails). About -0.7 is usual, -7 strange.
 * Neighbours far away are strange whatever the energy: pictures of another world often have a high one.
 *
 * @param cosine mean cosine to the 5 nearest training pictures (Sun et al., "Out-of-Distribution Detection with Deep
 *   Nearest Neighbors", 2022)
 * @param energy of its calibrated logits
 */
export function familiarity(rule: Omit<FamiliarityRule, 'threshold'>, cosine: number, energy: number): number {
  const byNeighbours = logNormalTail((cosine - rule.cosine.mean) / rule.cosine.deviation)
  const byEnergy = logNormalTail((energy - rule.energy.mean) / rule.energy.deviation)
  const together = (1 - rule.energyWeight) * byNeighbours + rule.energyWeight * byEnergy
  return Math.min(together, NEIGHBOURS_ALONE * byNeighbours)
}
