/** How far back the speed is measured, in milliseconds: long enough to be steady, short enough to follow a change. */
const WINDOW_MS = 15_000

/** The speed of a run, measured over its last seconds, so that what a cache gave at once does not count for ever. */
export class Rate {
  readonly #samples: { at: number; done: number }[] = []

  /** @param at now, in milliseconds; never decreasing, and neither is `done` */
  add(done: number, at: number): void {
    const last = this.#samples.at(-1)
    // A tenth of a second apart is near enough, and keeps the list short.
    if (this.#samples.length > 1 && last !== undefined && at - last.at < 100) last.done = done
    else this.#samples.push({ at, done })
    while (this.#samples.length > 2 && at - this.#samples[1]!.at >= WINDOW_MS) this.#samples.shift()
  }

  /** Things a second; undefined while too little has passed to tell. */
  perSecond(): number | undefined {
    const first = this.#samples[0]
    const last = this.#samples.at(-1)
    if (first === undefined || last === undefined || last.at - first.at < 500 || last.done === first.done) {
      return undefined
    }
    return ((last.done - first.done) / (last.at - first.at)) * 1000
  }
}

/** "41/s, 2 min 05 s left", or nothing while it is not known. */
export function describeRate(done: number, total: number, perSecond: number | undefined): string {
  if (perSecond === undefined) return ''
  const speed = perSecond >= 10 ? Math.round(perSecond).toString() : perSecond.toFixed(1)
  return `${speed}/s, ${formatDuration((total - done) / perSecond)} left`
}

/** @param seconds zero or more */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  const minutes = Math.floor(whole / 60)
  const two = (value: number) => String(value).padStart(2, '0')
  return minutes < 60 ? `${minutes} min ${two(whole % 60)} s` : `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`
}
