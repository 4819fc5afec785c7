/** `1 picture`, `4,212 pictures` */
export function count(number: number, thing: string): string {
  return `${number.toLocaleString('en')} ${thing}${number === 1 ? '' : 's'}`
}

/** `87 in 100 right` */
export function inHundred(share: number): string {
  return `${Math.round(share * 100)} in 100 right`
}

/** ` (85–89)`, or nothing where it is not known. */
export function interval(range: readonly [number, number] | null): string {
  return range ? ` (${Math.round(range[0] * 100)}–${Math.round(range[1] * 100)})` : ''
}

/** Of a score from 0 to 1, `91 %`; never a whole hundred that is none. */
export function percent(score: number): string {
  if (score > 0.995 && score < 1) return '>\u00a099\u00a0%'
  return `${Math.round(score * 100)}\u00a0%`
}

export function megabytes(bytes: number): string {
  return bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${(bytes / 1e6).toFixed(1)} MB`
}

/** `2 min 5 s` */
export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`
}
