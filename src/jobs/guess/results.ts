import { type FileHandle, lstat, open } from 'node:fs/promises'
import { systemCode } from '../../errors.ts'
import { formatRecord, readRecords } from './csv.ts'
import { rewrite, writeAll } from './rewrite.ts'
import {
  damagedResults,
  type Entry,
  type Header,
  type Origin,
  parseEntry,
  parseHeader,
  type Row,
  rowCells,
  TABLE_VERSION,
} from './row.ts'

export const RESULTS_NAME = 'results.csv'

/** `results.csv` as a run finds it. */
export interface Recorded extends Header {
  readonly entries: readonly Entry[]
}

/**
 * Reads what runs into a destination have recorded.
 *
 * @returns undefined when there is nothing
 * @throws UserError `E_RESULTS` when the file is no such record
 */
export async function readResults(path: string): Promise<Recorded | undefined> {
  const kind = await lstat(path).catch(() => undefined)
  if (kind && !kind.isFile()) throw damagedResults(path, kind.isDirectory() ? 'it is a folder' : 'it is no plain file')
  let header: Header | undefined
  const entries: Entry[] = []
  try {
    for await (const { cells, start, end } of readRecords(path)) {
      if (header) {
        // Spreadsheets leave empty rows.
        if (cells.some(cell => cell !== '')) entries.push(parseEntry(cells, header, path, { start, end }))
      } else {
        header = parseHeader(cells)
        if (header === undefined) throw damagedResults(path, 'it was not written by itc guess-dir')
      }
    }
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error instanceof SyntaxError ? damagedResults(path, error.message, error) : error
  }
  if (header === undefined) throw damagedResults(path, 'it was not written by itc guess-dir')
  return { ...header, entries }
}

/** A row to be written, and where its picture came from. */
export interface OriginRow extends Origin {
  readonly row: Row
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

  /**
   * Starts the file, or goes on with the one that is there: of its rows `kept` stay, in their order. One of an earlier
   * version becomes one of today.
   */
  static async open(
    path: string,
    { labels, version }: Pick<Header, 'labels' | 'version'>,
    kept: readonly Entry[],
  ): Promise<Results> {
    const { entries, size } = await rewrite(path, labels, kept, version)
    return new Results(path, labels, await open(path, 'r+'), size, entries)
  }

  get entries(): readonly Entry[] {
    return this.#entries
  }

  /** Adds rows and waits until they are on the disk. */
  async append(rows: readonly OriginRow[]): Promise<void> {
    if (rows.length === 0) return
    const lines = rows.map(item => Buffer.from(formatRecord(rowCells(item.row, item, this.#labels))))
    await writeAll(this.#file, Buffer.concat(lines), this.#size)
    await this.#file.datasync()
    rows.forEach(({ row, source, sha256 }, index) => {
      const start = this.#size
      this.#size += lines[index]!.length
      const { name, label } = 'reason' in row ? { name: '', label: '' } : row
      this.#entries.push({ original: row.original, name, label, source, sha256, start, end: this.#size })
    })
  }

  /** Replaces the file at once by one with these rows of it, in this order. */
  async keep(kept: readonly Entry[]): Promise<void> {
    await this.#file.close()
    const { entries, size } = await rewrite(this.path, this.#labels, kept, TABLE_VERSION)
    this.#file = await open(this.path, 'r+')
    this.#entries = entries
    this.#size = size
  }

  async close(): Promise<void> {
    await this.#file.close()
  }
}
