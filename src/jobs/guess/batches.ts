import { access, constants } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { copyNew, moveNew } from '../../disk/transfer.ts'
import { unreadableReason } from '../../errors/system.ts'
import { systemCode } from '../../errors.ts'
import { makeDestination } from './folders.ts'
import type { Namer } from './naming.ts'
import type { NamedPicture, Problem } from './options.ts'
import type { Results } from './results.ts'
import type { Entry, Row } from './row.ts'

/** Rows written, and made sure of, at a time. */
const BATCH = 64
/** Files copied at a time. */
const AT_ONCE = 8

export interface BatchOptions {
  readonly source: string
  readonly destination: string
  readonly move: boolean
  readonly signal: AbortSignal | undefined
  readonly onNamed: (picture: NamedPicture) => void
  readonly onFailed: (problem: Problem) => void
}

/** Records pictures and puts them in place, a batch at a time, while its caller goes on to name the next. */
export class BatchWriter {
  /** Rows that were overtaken by a later one for the same picture. */
  readonly stale = new Set<Entry>()
  readonly #results: Results
  readonly #namer: Namer
  readonly #options: BatchOptions
  #rows: Row[] = []
  #running: Promise<void> = Promise.resolve()

  constructor(results: Results, namer: Namer, options: BatchOptions) {
    this.#results = results
    this.#namer = namer
    this.#options = options
  }

  /** Takes a row; waits only while a whole batch is ahead of it. */
  async add(row: Row): Promise<void> {
    this.#rows.push(row)
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

  async #write(rows: readonly Row[]): Promise<void> {
    await this.#results.append(rows)
    const outcomes = await this.#placeAll(rows)
    for (const [index, row] of rows.entries()) {
      const placed = await this.#settle(row, outcomes[index]!)
      if ('reason' in placed) this.#options.onFailed(placed)
      else this.#options.onNamed(placed)
    }
  }

  /** Several at a time; what went wrong for good is thrown after all have ended. */
  async #placeAll(rows: readonly Row[]): Promise<Outcome[]> {
    const outcomes: Outcome[] = []
    let next = 0
    const work = async () => {
      while (next < rows.length) {
        const index = next++
        try {
          this.#options.signal?.throwIfAborted()
          const row = rows[index]!
          outcomes[index] = 'reason' in row ? 'placed' : await this.#place(row)
        } catch (error) {
          next = rows.length
          throw error
        }
      }
    }
    const ended = await Promise.allSettled(Array.from({ length: AT_ONCE }, work))
    const broken = ended.find(end => end.status === 'rejected')
    if (broken) throw broken.reason
    return outcomes
  }

  async #place({ original, name }: NamedPicture): Promise<Outcome> {
    const { source, destination, move } = this.#options
    const from = join(source, original)
    const folder = folderOf(name)
    if (folder !== '') await makeDestination(join(destination, folder))
    try {
      await (move ? moveNew : copyNew)(from, join(destination, name))
      return 'placed'
    } catch (error) {
      if (systemCode(error) === 'EEXIST') return 'exists'
      const reason = await sourceTrouble(from, error, move)
      if (reason !== undefined) return { original, reason }
      throw error
    }
  }

  /** Sees to a picture whose name was taken by somebody else after it was given out, or that vanished. */
  async #settle(row: Row, outcome: Outcome): Promise<Row> {
    if (outcome === 'placed' || 'reason' in row) return row
    const planned = this.#results.entries.findLast(({ name }) => name === row.name)
    if (planned) this.stale.add(planned)
    const again: Row =
      outcome === 'exists'
        ? { ...row, name: this.#namer.take(row.label, row.score, row.original, folderOf(row.name)) }
        : outcome
    await this.#results.append([again])
    return this.#settle(again, 'reason' in again ? 'placed' : await this.#place(again))
  }
}

/** The folder of a name under the destination; empty at the top. */
function folderOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf('/')))
}

type Outcome = 'placed' | 'exists' | Problem

/** In words what is wrong with a picture's original; undefined when the destination is to blame. */
async function sourceTrouble(path: string, error: unknown, move: boolean): Promise<string | undefined> {
  const code = systemCode(error)
  if (!(await allowed(path, constants.R_OK))) {
    return code === 'ENOENT' ? 'vanished meanwhile' : `cannot be read any more (${code})`
  }
  if (code === 'EIO') return unreadableReason(error)
  const { syscall, path: about } = error as NodeJS.ErrnoException
  const stuck = (syscall === 'unlink' && about === path) || !(await allowed(dirname(path), constants.W_OK))
  return move && stuck ? `cannot be removed from the source (${code})` : undefined
}

async function allowed(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  )
}
