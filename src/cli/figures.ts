import type { Calibration } from '../assess/calibration.ts'
import type { Share } from '../assess/metrics.ts'
import { count, percent } from '../text.ts'

/** "97.5 % (78 of 80; 95 % interval 91.3 % to 99.3 %)" */
export function shareText({ accuracy, right, pictures, interval }: Share): string {
  const range = `${percent(interval.low)} to ${percent(interval.high)}`
  return `${percent(accuracy ?? 0)} (${right} of ${pictures}; 95 % interval ${range})`
}

/** Width of a 95 % interval from which a test says too little to go by. */
const WIDE = 0.15

/** What has to follow an accuracy measured on few pictures; undefined where they are enough. */
export function smallTestText({ pictures, interval }: Share, hasCrossValidation: boolean): string | undefined {
  if (interval.high - interval.low < WIDE) return undefined
  const instead = hasCrossValidation ? 'go by the cross-validation' : 'more pictures would tell'
  return `${count(pictures, 'picture')} prove little, one more or less right is ${percent(1 / pictures)}: ${instead}`
}

/** How far scores are off, and how far chance would make perfect scores seem off on as many pictures. */
export function scoresText({ error, chance }: Calibration): string {
  return `scores are off by ${percent(error ?? 0)} on average (${percent(chance ?? 0)} by chance alone)`
}
