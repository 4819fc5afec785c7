import type { Calibration } from '../assess/calibration.ts'
import type { Share } from '../assess/metrics.ts'
import { percent } from '../text.ts'

/** "97.5 % (78 of 80; 95 % interval 91.3 % to 99.3 %)" */
export function shareText({ accuracy, right, pictures, interval }: Share): string {
  const range = `${percent(interval.low)} to ${percent(interval.high)}`
  return `${percent(accuracy ?? 0)} (${right} of ${pictures}; 95 % interval ${range})`
}

/** How far scores are off, and how far chance would make perfect scores seem off on as many pictures. */
export function scoresText({ error, chance }: Calibration): string {
  return `scores are off by ${percent(error ?? 0)} on average (${percent(chance ?? 0)} by chance alone)`
}
