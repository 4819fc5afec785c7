/** Lets a bounded number of tasks run at a time; the rest wait in the order they came. */
export class Turns {
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor(atOnce: number) {
    this.#free = atOnce
  }

  /** Runs `task` when its turn comes. A task that fails gives its place back too. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    await this.take()
    try {
      return await task()
    } finally {
      this.leave()
    }
  }

  /** Waits for a turn, and has it until `leave`. */
  async take(): Promise<void> {
    if (this.#free > 0) this.#free--
    else await new Promise<void>(resolve => this.#waiting.push(resolve))
  }

  leave(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#free++
    else next()
  }
}

/** Settles as `task` does, or rejects with what `late` makes when `ms` have passed; the task itself may still go on. */
export async function within<T>(ms: number, task: Promise<T>, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), ms)
  })
  try {
    return await Promise.race([task, deadline])
  } finally {
    clearTimeout(timer)
  }
}
