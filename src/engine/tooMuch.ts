import { totalmem } from 'node:os'
import { memoryLimit } from '../disk/memoryLimit.ts'
import { UserError } from '../errors.ts'

const LOOK_MS = 250
/** Of the processor. The largest network that is allowed, of 10^12 multiplications, takes some twenty a picture. */
export const SECONDS_A_PICTURE = 60

/** What a network does, and the most that it may take. */
export interface Doing {
  /** The network's. */
  readonly name: string
  readonly pictures: number
  /** Of the processor. */
  readonly seconds: number
}

/**
 * Waits for what a network does in a thread, and looks at what the process takes meanwhile.
 *
 * @throws UserError E_BAD_GRAPH when that is more than so many seconds, or half of the memory; the thread then goes on, and
 *   no process ends properly before it does
 */
export async function unlessTooMuch<T>({ name, pictures, seconds }: Doing, work: Promise<T>): Promise<T> {
  const [before, memory] = [process.cpuUsage(), process.memoryUsage.rss()]
  const most = memory + (memoryLimit() ?? totalmem()) / 2
  let timer: NodeJS.Timeout | undefined
  const tooMuch = new Promise<never>((_, reject) => {
    const refuse = (what: string) => reject(refusal(name, `${what} for ${pictures} pictures`))
    timer = setInterval(() => {
      const { user, system } = process.cpuUsage(before)
      if (user + system > seconds * 1e6) refuse(`more than ${seconds} seconds of the processor`)
      if (process.memoryUsage.rss() > most) refuse('more than half of the memory')
    }, LOOK_MS)
  })
  try {
    return await Promise.race([work, tooMuch])
  } finally {
    clearInterval(timer)
  }
}

function refusal(name: string, what: string): UserError {
  return new UserError('E_BAD_GRAPH', `${name} takes too much: ${what}.`, {
    hint: 'Get the file again: no network for pictures needs so much. One that takes any size, train with a smaller --input-size.',
  })
}

/** Whether something was given up by `unlessTooMuch`. */
export function isTooMuch(error: unknown): boolean {
  return error instanceof UserError && error.code === 'E_BAD_GRAPH'
}
