/** Runs a piece of work again and again, one at a time, each a while after it was asked for last. */
export class Rounds {
  readonly #work: () => Promise<void>
  readonly #quietMs: number
  #timer: NodeJS.Timeout | undefined
  #working: Promise<void> | undefined
  #again = false

  /** @param quietMs from the last change to the round that follows from it */
  constructor(work: () => Promise<void>, quietMs: number) {
    this.#work = work
    this.#quietMs = quietMs
  }

  get working(): boolean {
    return this.#working !== undefined
  }

  /** Asks for a round; another question before it begins puts it off. */
  soon(ms = this.#quietMs): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#start(), ms)
  }

  /** Ends what is planned, when what is under way has ended. */
  async close(): Promise<void> {
    clearTimeout(this.#timer)
    await this.#working
    clearTimeout(this.#timer)
  }

  /** A change during a round asks for another. */
  #start(): void {
    if (this.#working) {
      this.#again = true
      return
    }
    this.#working = this.#work()
      .catch(() => undefined) // what is wrong with the engine is said to whoever asks it something
      .finally(() => {
        this.#working = undefined
        if (!this.#again) return
        this.#again = false
        this.soon()
      })
  }
}
