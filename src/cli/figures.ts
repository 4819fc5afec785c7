import type { Calibration } from '../assess/calibration.ts'
import type { Share } from '../model/manifest.ts'

/** "97.5 % (78 of 80; 95 % interval 91.3 % to 99.3 %)" */
export function shareText({ accuracy, right, pictures, interval }: Share): string {
  const range = `${percent(interval.low)} to ${percent(interval.high)}`
  return `${percent(accuracy ?? 0)} (${right} of ${pictures}; 95 % interval ${range})`
}

/** How far scores are off; few pictures make even the best seem so. */
export function scoresText({ error, chance }: Calibration): string {
  return `scores are off by ${percent(error ?? 0)} on average (${percent(chance ?? 0)} by chance alone)`
}

/** "97.5 %"; what is not all is not shown as all, and what is not nothing not as nothing. */
export function percent(share: number): string {
  const rounded = (share * 100).toFixed(1)
  if (rounded === '100.0' && share < 1) return '99.9 %'
  if (rounded === '0.0' && share > 0) return '0.1 %'
  return `${rounded} %`
}
