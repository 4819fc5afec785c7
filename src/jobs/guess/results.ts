import { type FileHandle, open } from 'node:fs/promises'
import { systemCode } from '../../errors.ts'
import { formatRecord, readRecords } from './csv.ts'
import { rewrite, writeAll } from './rewrite.ts'
import { damagedResults, type Entry, FIXED_COLUMNS, labelsOf, parseEntry, type Row, rowCells } from './row.ts'

export const RESULTS_NAME = 'results.csv'

/** `results.csv` as a run finds it. */
export interface Recorded {
  readonly labels: readonly string[]
  readonly entries: readonly Entry[]
}

/**
 * Reads what runs into a destination have recorded.
 *
 * @returns undefined when there is nothing
 * @throws UserError `E_RESULTS` when the file is no such record
 */
export async function readResults(path: string): Promise<Recorded | undefined> {
  let labels: readonly string[] | undefined
  const entries: Entry[] = []
  try {
    for await (const { cells, start, end } of readRecords(path)) {
      if (labels === undefined) {
        labels = labelsOf(cells)
        if (labels === undefined) throw damagedResults(path, 'it was not written by itc guess-dir')
      } else entries.push(parseEntry(cells, labels.length + FIXED_COLUMNS, path, { start, end }))
    }
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    if (systemCode(error) === 'EISDIR') throw damagedResults(path, 'it is a folder', error)
    throw error instanceof SyntaxError ? damagedResults(path, error.message, error) : error
  }
  if (labels === undefined) throw damagedResults(path, 'it was not written by itc guess-dir')
  return { labels, entries }
}

/** `results.csv` being written. It is the journal too: a row is on the disk before its picture is in place. */
export class Results {
  readonly path: string
  readonly #labels: readonly string[]
  #file: FileHandle
  #size: number
  #entries: Entry[]

  private constructor(path: string, labels: readonly string[], file: FileHandle, size: number, entries: Entry[]) {
    this.path = path
    this.#labels = labels
    this.#file = file
    this.#size = size
    this.#entries = entries
  }

  /** Starts the file, or goes on with the one that is there: of its rows `kept` stay, in their order. */
  static async open(path: string, labels: readonly string[], kept: readonly Entry[]): Promise<Results> {
    const { entries, size } = await rewrite(path, labels, kept)
    return new Results(path, labels, await open(path, 'r+'), size, entries)
  }

  get entries(): readonly Entry[] {
    return this.#entries
  }

  /** Adds rows and waits until they are on the disk. */
  async append(rows: readonly Row[]): Promise<void> {
    if (rows.length === 0) return
    const lines = rows.map(row => Buffer.from(formatRecord(rowCells(row, this.#labels))))
    await writeAll(this.#file, Buffer.concat(lines), this.#size)
    await this.#file.datasync()
    rows.forEach((row, index) => {
      const start = this.#size
      this.#size += lines[index]!.length
      const { name, label } = 'reason' in row ? { name: '', label: '' } : row
      this.#entries.push({ original: row.original, name, label, start, end: this.#size })
    })
  }

  /** Replaces the file at once by one with these rows of it, in this order. */
  async keep(kept: readonly Entry[]): Promise<void> {
    await this.#file.close()
    const { entries, size } = await rewrite(this.path, this.#labels, kept)
    this.#file = await open(this.path, 'r+')
    this.#entries = entries
    this.#size = size
  }

  async close(): Promise<void> {
    await this.#file.close()
  }
}
