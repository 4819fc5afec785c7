import { availableParallelism } from 'node:os'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { isMemoryLittle } from '../disk/memoryLimit.ts'
import { Budget } from '../flow/budget.ts'
import { once } from '../flow/once.ts'

/** Pictures decoded at once: more than libuv's four threads would only wait there, holding memory, while their time runs. */
export const DECODERS = Math.max(2, Math.min(4, availableParallelism()))

/** Bytes for decoding: the most that one picture may take, unless a flag allows more. */
const DECODING = 300e6
/**
 * Bytes of files that were read and wait, for each decoder: three photographs of 12 megapixels keep it busy, and each further one
 * costs twice its size at the peak, once more as garbage.
 */
const FILES = 15e6

/** Of pictures in memory, over all reads and decodes of the process; a file that takes more has it for itself. */
const budget = isMemoryLittle() ? new Budget(60e6, 45e6) : new Budget(DECODING + DECODERS * FILES, DECODING)

/** A photograph of 12 megapixels: what one of unknown size is taken for. */
const USUAL_BYTES = 4e6

/** A file of more is not left to the garbage collector's own time: several that nobody holds any more would pile up. */
const LONG = 32e6

/** Runs `task`, which holds a file of so many bytes in memory (undefined: nobody knows), when there is room for it. */
export function holdingFile<T>(bytes: number | undefined, task: () => Promise<T>): Promise<T> {
  const amount = bytes ?? USUAL_BYTES
  if (amount <= LONG) return budget.hold('first', amount, task)
  return budget.hold('first', amount, async () => {
    try {
      return await task()
    } finally {
      await new Promise(setImmediate) // until then the task's own frames hold the bytes
      ;(await collector())()
    }
  })
}

/** The garbage collector, which only a flag lends to programs. */
const collector = once(async () => {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
})

/** Runs `task`, a decoding that takes so many bytes beside the file's own, when there is room for it. */
export function holdingDecoding<T>(bytes: number, task: () => Promise<T>): Promise<T> {
  return budget.hold('second', bytes, task)
}
