import { Original } from '../../disk/original.ts'
import { layoutOfName } from './guessRow.ts'
import type { Namer } from './naming.ts'
import type { NamedPicture, Problem } from './options.ts'
import { folderOf, type Placed, place, sourceTrouble } from './place.ts'
import type { Results } from './results.ts'
import type { Entry, Row } from './row.ts'
import type { SourcePicture } from './scan.ts'

/** Rows written, and made sure of, at a time; as many files are open. */
const BATCH = 64
/** Files hashed, or copied, at a time. */
const AT_ONCE = 8

export interface BatchOptions {
  /** The source's real path. */
  readonly source: string
  readonly destination: string
  readonly move: boolean
  readonly signal: AbortSignal | undefined
  readonly onNamed: (picture: NamedPicture) => void
  readonly onFailed: (problem: Problem) => void
}

/** A row and its picture, open from before the row is written until it is in place. */
interface Item {
  readonly row: Row
  readonly original: Original | undefined
  readonly sha256: string
}

/** Records pictures and puts them in place, a batch at a time, while its caller goes on to name the next. */
export class BatchWriter {
  /** Rows that were overtaken by a later one for the same picture. */
  readonly stale = new Set<Entry>()
  readonly #results: Results
  readonly #namer: Namer
  readonly #options: BatchOptions
  #rows: (readonly [row: Row, picture: SourcePicture])[] = []
  #running: Promise<void> = Promise.resolve()
  #extendedLost = false

  constructor(results: Results, namer: Namer, options: BatchOptions) {
    this.#results = results
    this.#namer = namer
    this.#options = options
  }

  /** Whether pictures may have lost extended attributes on the way to another disk. */
  get extendedLost(): boolean {
    return this.#extendedLost
  }

  /** Takes a row; waits only while a whole batch is ahead of it. */
  async add(row: Row, picture: SourcePicture): Promise<void> {
    this.#rows.push([row, picture])
    if (this.#rows.length < BATCH) return
    await this.#running
    this.#start()
  }

  /** Waits until all rows are in place. */
  async flush(): Promise<void> {
    await this.#running
    this.#start()
    await this.#running
  }

  /** Waits until nothing is under way, whatever came of it: after a failure too. */
  async idle(): Promise<void> {
    await this.#running.catch(() => undefined)
  }

  #start(): void {
    const rows = this.#rows
    this.#rows = []
    this.#running = this.#write(rows)
    this.#running.catch(() => undefined) // heard by whoever awaits it next
  }

  async #write(rows: readonly (readonly [Row, SourcePicture])[]): Promise<void> {
    const items: Item[] = []
    try {
      await this.#each(rows, async ([row, picture], index) => {
        items[index] = await this.#open(row, picture)
      })
      await this.#append(items)
      const outcomes: Placed[] = []
      await this.#each(items, async (item, index) => {
        outcomes[index] = await this.#place(item)
      })
      for (const [index, item] of items.entries()) {
        const row = await this.#settle(item, outcomes[index]!)
        if ('reason' in row) this.#options.onFailed(row)
        else this.#options.onNamed(row)
      }
    } finally {
      for (const item of items) await item?.original?.close()
    }
  }

  /** Some at a time; what went wrong for good is thrown after all have ended. */
  async #each<T>(all: readonly T[], work: (one: T, index: number) => Promise<void>): Promise<void> {
    let next = 0
    const loop = async () => {
      while (next < all.length) {
        const index = next++
        try {
          this.#options.signal?.throwIfAborted()
          await work(all[index]!, index)
        } catch (error) {
          next = all.length
          throw error
        }
      }
    }
    const ended = await Promise.allSettled(Array.from({ length: AT_ONCE }, loop))
    const broken = ended.find(end => end.status === 'rejected')
    if (broken) throw broken.reason
  }

  /** Opens what was named, which must still be what was listed, and learns its content's hash. */
  async #open(row: Row, { path, mark, original: name }: SourcePicture): Promise<Item> {
    if ('reason' in row) return { row, original: undefined, sha256: '' }
    let original: Original | undefined
    try {
      original = await Original.open(path, mark)
      return { row, original, sha256: await original.sha256() }
    } catch (error) {
      await original?.close()
      const reason = await sourceTrouble(path, error, false)
      if (reason === undefined) throw error
      return { row: { original: name, reason }, original: undefined, sha256: '' }
    }
  }

  async #append(items: readonly Item[]): Promise<void> {
    const { source } = this.#options
    await this.#results.append(items.map(({ row, sha256 }) => ({ row, source, sha256 })))
  }

  async #place({ row, original }: Item): Promise<Placed> {
    if ('reason' in row || original === undefined) return 'placed'
    const { destination, move } = this.#options
    const placed = await place(row, original, destination, move)
    if (placed === 'without attributes') this.#extendedLost = true
    return placed
  }

  #another({ label, score, original, name }: NamedPicture): string {
    const folder = folderOf(name)
    return layoutOfName(name) === 'folders'
      ? this.#namer.keep(original, folder)
      : this.#namer.take(label, score, original, folder)
  }

  /** Sees to a picture whose name was taken by somebody else after it was given out, or that vanished. */
  async #settle(item: Item, placed: Placed): Promise<Row> {
    const { row } = item
    if (placed === 'placed' || placed === 'without attributes' || 'reason' in row) return row
    const planned = this.#results.entries.findLast(({ name }) => name === row.name)
    if (planned) this.stale.add(planned)
    const again: Item =
      placed === 'exists'
        ? { ...item, row: { ...row, name: this.#another(row) } }
        : { row: placed, original: undefined, sha256: '' }
    await this.#append([again])
    return this.#settle(again, await this.#place(again))
  }
}
