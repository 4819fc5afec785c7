/** How far back the speed is measured, in milliseconds: long enough to be steady, short enough to follow a change. */
const WINDOW_MS = 15_000

/** How long a network is slow at first, and how long is measured before anything is told, in milliseconds. */
const WARM_UP_MS = 1000
const LEAST_MS = 1000

/**
 * The speed of a run, measured over its last seconds, so that what a cache gave at once does not count for ever. Work that
 * comes in bursts is measured from the start of one to the start of another.
 */
export class Rate {
  readonly #samples: { at: number; done: number }[] = []

  /** @param at now, in milliseconds; never decreasing, and neither is `done` */
  add(done: number, at: number): void {
    const samples = this.#samples
    // What comes within a tenth of a second is one burst.
    if (samples.length > 0 && at - samples.at(-1)!.at < 100) return
    // Told again and again while all is still being prepared: that time is no thing's.
    if (samples.length === 1 && done === samples[0]!.done) return
    samples.push({ at, done })
    if (samples.length > 3 && samples[1]!.at - samples[0]!.at < WARM_UP_MS) samples.splice(1, 1)
    while (samples.length > 3 && at - samples[2]!.at >= WINDOW_MS) samples.shift()
  }

  /** Things a second; undefined while too little has passed to tell. */
  perSecond(): number | undefined {
    // Not from the very start: the first burst's time includes an unknown share of preparation.
    const [, first, ...others] = this.#samples
    const last = others.at(-1)
    if (first === undefined || last === undefined || last.at - first.at < LEAST_MS || last.done === first.done) {
      return undefined
    }
    return ((last.done - first.done) / (last.at - first.at)) * 1000
  }
}
