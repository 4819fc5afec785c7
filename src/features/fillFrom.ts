import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { messageOf } from '../errors.ts'
import { pause } from '../flow/pause.ts'
import { someAtOnce } from '../flow/someAtOnce.ts'
import { Turns } from '../flow/turns.ts'
import { Memory } from './partFile.ts'
import type { PartFolder } from './partFolder.ts'
import { scatter } from './scatter.ts'
import type { WantedRows } from './wantedRows.ts'

/** Parts under way at once. Each is opened, looked at and read in turn, so that many keep the system busy while one is checked. */
const AT_ONCE = 12
/** Parts whose vectors are on their way: with more, all would come late, and nothing be checked meanwhile. */
const READING_AT_ONCE = Math.max(2, availableParallelism())
/** Parts of those that are in memory of their own, as they can't be read to where they are wanted. */
const WHOLE_AT_ONCE = 3

/**
 * Fills rows with what the parts of an identity have of them.
 *
 * @throws the signal's reason when aborted
 */
export async function fillFrom(
  folder: PartFolder,
  identity: string,
  rows: WantedRows,
  signal?: AbortSignal,
): Promise<void> {
  const filling = new Filling(folder, identity, rows, signal)
  for await (const names of folder.lists(identity)) {
    await filling.put(names)
    if (rows.left === 0) return // the folder need not be listed again
  }
}

class Filling {
  readonly #folder: PartFolder
  readonly #identity: string
  readonly #rows: WantedRows
  readonly #signal: AbortSignal | undefined
  readonly #reading = new Turns(READING_AT_ONCE)
  readonly #whole = new Turns(WHOLE_AT_ONCE)
  readonly #memories: Memory[] = []

  constructor(folder: PartFolder, identity: string, rows: WantedRows, signal: AbortSignal | undefined) {
    this.#folder = folder
    this.#identity = identity
    this.#rows = rows
    this.#signal = signal
  }

  async put(names: readonly string[]): Promise<void> {
    await someAtOnce(this.#needed(names), AT_ONCE, async name => {
      if (!(await this.#scatter(name))) await this.#whole.run(() => this.#copy(name))
    })
  }

  async *#needed(names: readonly string[]): AsyncGenerator<string> {
    for (const name of names) {
      this.#signal?.throwIfAborted()
      if (this.#rows.left === 0) return
      yield name
    }
  }

  /** Reads a part's rows to their places. @returns false for a part that has to be read in another way */
  async #scatter(name: string): Promise<boolean> {
    const path = join(this.#folder.path, name)
    const scattered = await scatter(path, this.#identity, this.#rows, this.#reading).catch(() => undefined)
    if (scattered === undefined) return false
    await pause(this.#signal)
    try {
      scattered.check()
    } catch (error) {
      await this.#folder.setAside(name, messageOf(error))
    }
    return true
  }

  /** Reads a part, unless it is gone or damaged, and copies its rows to their places. */
  async #copy(name: string): Promise<void> {
    const memory = this.#memories.pop() ?? new Memory()
    const read = await this.#folder.read(name, memory)
    await pause(this.#signal)
    if (read?.part.identity === this.#identity) this.#rows.take(read.part)
    this.#memories.push(memory)
  }
}
