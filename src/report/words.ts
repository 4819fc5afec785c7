import type { Interval } from '../assess/interval.ts'
import { briefPercent } from '../text.ts'

/** With fewer pictures than this, figures are called a first impression. */
export const FEW = 100

/** "97.9 %" as a page sets it: the sign never parts from its number. */
export function percent(share: number): string {
  return briefPercent(share).replace(' ', '\u202f')
}

/** The same with one decimal always, for columns, where figures are compared: `100.0 %`. */
export function percentOfColumn(share: number): string {
  return `${(share * 100).toFixed(1)}\u202f%`
}

/** `between 95.2 % and 99.1 %` */
export function between({ low, high }: Interval): string {
  return `between ${percent(low)} and ${percent(high)}`
}

/** A share in everyday words: `9 in 10`, `all`, `97 in 100`. */
export function inWords(share: number): string {
  if (share >= 1) return 'all'
  if (share <= 0) return 'none'
  const tenths = Math.round(share * 10)
  if (Math.abs(share - tenths / 10) < 0.015 && tenths > 0 && tenths < 10) return `${tenths} in 10`
  return `${Math.min(99, Math.max(1, Math.round(share * 100)))} in 100`
}
