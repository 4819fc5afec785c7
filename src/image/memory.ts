import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { isMemoryLittle } from '../disk/memoryLimit.ts'
import { Budget } from '../flow/budget.ts'
import { once } from '../flow/once.ts'

/**
 * Bytes of pictures in memory at a time, over all reads and decodes of the process: files that were read, and what decoding
 * them takes. With Node, a network and its engine the process stays below 800 MB.
 */
const TOTAL = 400e6
/** Of them for decoding only: the most that one picture may take, unless a flag allows more. */
const DECODING = 300e6

/** Of both, where a container leaves the process little. A picture that takes more has it for itself. */
const LITTLE = 0.15

const share = isMemoryLittle() ? LITTLE : 1
const budget = new Budget(TOTAL * share, DECODING * share)

/** A file of more is not left to the garbage collector's own time: several that nobody holds any more would pile up. */
const LONG = 32e6

/** Runs `task`, which holds a file of so many bytes in memory, when there is room for it. */
export function holdingFile<T>(bytes: number, task: () => Promise<T>): Promise<T> {
  if (bytes <= LONG) return budget.hold('first', bytes, task)
  return budget.hold('first', bytes, async () => {
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
