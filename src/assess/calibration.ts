import { type Interval, wilsonInterval } from './interval.ts'

/** Pictures whose highest score lies in [from, to). */
interface ReliabilityBin {
  readonly from: number
  readonly to: number
  readonly pictures: number
  /** null for an empty bin, like the next. */
  readonly meanScore: number | null
  readonly accuracy: number | null
  readonly interval: Interval
}

/** Whether a score of 0.9 means "right nine times in ten". */
export interface Calibration {
  /**
   * Expected calibration error: the gap between mean score and accuracy of each bin, averaged with the bins' numbers of
   * pictures as weights (Guo et al., "On Calibration of Modern Neural Networks", 2017). null without pictures.
   */
  readonly error: number | null
  /**
   * What that error is on average of scores that mean just what they say, on as many pictures with these scores: right and
   * wrong fall by chance, and few pictures a bin make a gap. null without pictures.
   */
  readonly chance: number | null
  /** Equally wide bins of the highest score, from 0 to 1. */
  readonly bins: readonly ReliabilityBin[]
}

/** Ten, as in most papers; more bins would mostly measure the noise of few pictures. */
const CALIBRATION_BINS = 10

/**
 * Compares scores with what came true.
 *
 * @param scores of each row's predicted category, 0 to 1
 * @param right 1 where the prediction was right
 */
export function calibration(scores: Float64Array, right: Uint8Array): Calibration {
  const tallies = Array.from({ length: CALIBRATION_BINS }, () => ({ pictures: 0, scores: 0, right: 0, variance: 0 }))
  for (let at = 0; at < scores.length; at++) {
    const tally = tallies[Math.min(CALIBRATION_BINS - 1, Math.floor(scores[at]! * CALIBRATION_BINS))]!
    tally.pictures++
    tally.scores += scores[at]!
    tally.variance += scores[at]! * (1 - scores[at]!)
    tally.right += right[at]!
  }
  const gaps = tallies.reduce((sum, tally) => sum + Math.abs(tally.scores - tally.right), 0)
  // The mean of a normal variable's absolute value is sqrt(2 / pi) of its deviation.
  const chanceGaps = tallies.reduce((sum, { variance }) => sum + Math.sqrt((2 / Math.PI) * variance), 0)
  return {
    error: scores.length === 0 ? null : gaps / scores.length,
    chance: scores.length === 0 ? null : chanceGaps / scores.length,
    bins: tallies.map((tally, bin) => ({
      from: bin / CALIBRATION_BINS,
      to: (bin + 1) / CALIBRATION_BINS,
      pictures: tally.pictures,
      meanScore: tally.pictures === 0 ? null : tally.scores / tally.pictures,
      accuracy: tally.pictures === 0 ? null : tally.right / tally.pictures,
      interval: wilsonInterval(tally.right, tally.pictures),
    })),
  }
}
