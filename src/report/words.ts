import type { Interval } from '../assess/interval.ts'

/** Pictures below which figures are called a first impression. */
export const FEW = 100

/** `97.9 %`; one decimal unless it is 0. */
export function percent(share: number): string {
  const rounded = Math.round(share * 1000) / 10
  // What is not all must not be shown as all.
  const shown = rounded === 100 && share < 1 ? 99.9 : rounded === 0 && share > 0 ? 0.1 : rounded
  return `${Number.isInteger(shown) ? shown : shown.toFixed(1)}\u202f%`
}

/** `between 95.2 % and 99.1 %` */
export function between({ low, high }: Interval): string {
  return `between ${percent(low)} and ${percent(high)}`
}

/** `1 picture`, `12 pictures` */
export function count(amount: number, noun: string, plural = `${noun}s`): string {
  return `${amount.toLocaleString('en')} ${amount === 1 ? noun : plural}`
}

/** A folder's name as people read it. */
export function shown(category: string): string {
  return category.replaceAll('_', ' ')
}

/** A share in everyday words: `9 in 10`, `all`, `97 in 100`. */
export function inWords(share: number): string {
  if (share >= 1) return 'all'
  if (share <= 0) return 'none'
  const tenths = Math.round(share * 10)
  if (Math.abs(share - tenths / 10) < 0.015 && tenths > 0 && tenths < 10) return `${tenths} in 10`
  return `${Math.min(99, Math.max(1, Math.round(share * 100)))} in 100`
}

/** Joins with commas and a last "and". */
export function list(items: readonly string[]): string {
  return items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
}
