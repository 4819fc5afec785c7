import type { JobState } from '../../src/studio/api.ts'

/** What a job is called while it is at work. */
export const JOB_NAMES: Readonly<Record<JobState['kind'], string>> = {
  train: 'Training',
  examine: 'Looking for doubtful labels',
  choose: 'Comparing networks',
  export: 'Exporting',
  'guess-dir': 'Sorting the folder',
}

/** `1 picture`, `4,212 pictures` */
export function count(number: number, thing: string): string {
  return `${number.toLocaleString('en')} ${thing}${number === 1 ? '' : 's'}`
}

/** `87 in 100 right`; all or none only where it is so. */
export function inHundred(share: number): string {
  if (share >= 0.995 && share < 1) return 'more than 99 in 100 right'
  if (share > 0 && share < 0.005) return 'less than 1 in 100 right'
  return `${Math.round(share * 100)} in 100 right`
}

/** ` (85–89)`, or nothing where it is not known; never narrower than it is at either end of the scale. */
export function interval(range: readonly [number, number] | null): string {
  if (!range) return ''
  const [low, high] = range
  return ` (${low < 1 ? Math.min(99, Math.round(low * 100)) : 100}–${high > 0 ? Math.max(1, Math.round(high * 100)) : 0})`
}

/** Of a score from 0 to 1, `91 %`; never a whole hundred that is none. */
export function percent(score: number): string {
  if (score >= 0.995 && score < 1) return '>\u00a099\u00a0%'
  return `${Math.round(score * 100)}\u00a0%`
}

export function megabytes(bytes: number): string {
  return bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${(bytes / 1e6).toFixed(1)} MB`
}

/** `2 min 5 s` */
export function duration(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds))
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`
}
