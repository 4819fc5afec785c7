import type { AnsweringThread } from './thread.ts'

/** Threads that have nothing to do yet, or any more: each waits for some time, and ends then. */
export class IdleThreads {
  readonly #timers = new Map<AnsweringThread, NodeJS.Timeout>()

  get count(): number {
    return this.#timers.size
  }

  keep(thread: AnsweringThread, ms: number): void {
    const timer = setTimeout(() => {
      this.#timers.delete(thread)
      void thread.end()
    }, ms)
    this.#timers.set(thread, timer.unref())
  }

  /** Ends all of them, and waits for none. */
  end(): void {
    for (let thread = this.take(); thread; thread = this.take()) void thread.end()
  }

  /** One of them, which is its taker's from then on. */
  take(): AnsweringThread | undefined {
    const last = [...this.#timers].at(-1)
    if (last === undefined) return undefined
    const [thread, timer] = last
    clearTimeout(timer)
    this.#timers.delete(thread)
    return thread
  }
}
