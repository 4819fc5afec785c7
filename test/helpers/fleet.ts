import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Ended, type Running, type StartOptions, startItc } from './itc.ts'

/** Loaded before itc, it makes pictures with POISON in them end the process that opens them. */
export const POISON = { NODE_OPTIONS: `--import ${fileURLToPath(new URL('./poison.mjs', import.meta.url))}` }

/** Processes of `itc` on several machines, which here is one. */
export class Fleet {
  readonly #started = new Set<Running>()

  start(args: readonly string[], env: StartOptions['env'] = {}): Running {
    const running = startItc(args, { env })
    this.#started.add(running)
    void running.ended.then(() => this.#started.delete(running))
    return running
  }

  /** Ends those that a test that failed has left. */
  async end(): Promise<void> {
    for (const { child } of this.#started) child.kill('SIGKILL')
    await Promise.all([...this.#started].map(({ ended }) => ended))
  }
}

/** Workers that are started again when they die, as whatever runs them does, until they have seen the queue empty. */
export function keep(count: number, begin: () => Running): { ended: Promise<Ended[]>; alive: Set<Running> } {
  const alive = new Set<Running>()
  const one = async (): Promise<Ended> => {
    for (;;) {
      const running = begin()
      alive.add(running)
      const end = await running.ended
      alive.delete(running)
      if (end.signal === null) return end
    }
  }
  return { ended: Promise.all(Array.from({ length: count }, one)), alive }
}

/** @throws Error when two minutes were not enough */
export async function until(isSo: () => Promise<boolean> | boolean): Promise<void> {
  for (let tries = 0; !(await isSo()); tries++) {
    if (tries > 2400) throw new Error('it never came to be so')
    await sleep(50)
  }
}
