/** A part of a budget that a task waits for. */
interface Waiting {
  readonly amount: number
  readonly go: () => void
}

/**
 * An amount that tasks share: each waits until its part is free, those of a kind in the order they came.
 *
 * A task may take a second part while it holds its first, but no third. That none waits for ever: a second part larger than
 * what is free is given once no other second part is held, and first parts leave room for that, or there is only one of them.
 */
export class Budget {
  readonly #total: number
  readonly #kept: number
  #held = { first: 0, second: 0 }
  readonly #waiting: Readonly<Record<'first' | 'second', Waiting[]>> = { first: [], second: [] }

  /** @param kept how much of `total` is for second parts only */
  constructor(total: number, kept: number) {
    this.#total = total
    this.#kept = kept
  }

  /** Runs `task` while it holds an amount. A task that fails gives it back too. */
  async hold<T>(part: 'first' | 'second', asked: number, task: () => Promise<T>): Promise<T> {
    // Whole numbers: of fractions, what is given back would not add up to nothing, and nothing is what a large part waits for.
    const amount = Number.isFinite(asked) ? Math.ceil(asked) : this.#total
    await new Promise<void>(go => {
      this.#waiting[part].push({ amount, go })
      this.#give()
    })
    try {
      return await task()
    } finally {
      this.#held[part] -= amount
      this.#give()
    }
  }

  /** Second parts go before: what holds them ends soonest. */
  #give(): void {
    for (const part of ['second', 'first'] as const) {
      const waiting = this.#waiting[part]
      while (waiting[0] && this.#isFree(part, waiting[0].amount)) {
        const { amount, go } = waiting.shift()!
        this.#held[part] += amount
        go()
      }
    }
  }

  #isFree(part: 'first' | 'second', amount: number): boolean {
    const { first, second } = this.#held
    const fits = first + second + amount <= this.#total
    if (part === 'second') return fits || second === 0
    return (fits || first + second === 0) && (first === 0 || first + amount <= this.#total - this.#kept)
  }
}
