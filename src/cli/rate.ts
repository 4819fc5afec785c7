/** What is left of the whole run, in seconds; `atMost` where it may be less. */
export interface TimeLeft {
  readonly seconds: number
  readonly atMost: boolean
}

/** "41/s, 2 min 05 s left"; what is not known is left out. */
export function describeRate(perSecond: number | undefined, left: TimeLeft | undefined): string {
  const speed = perSecond === undefined ? '' : `${perSecond >= 10 ? Math.round(perSecond) : perSecond.toFixed(1)}/s`
  const time = left && `${formatDuration(left.seconds)} left${left.atMost ? ' at most' : ''}`
  return [speed, time ?? ''].filter(part => part !== '').join(', ')
}

/** @param seconds zero or more */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  const minutes = Math.floor(whole / 60)
  const two = (value: number) => String(value).padStart(2, '0')
  return minutes < 60 ? `${minutes} min ${two(whole % 60)} s` : `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`
}
