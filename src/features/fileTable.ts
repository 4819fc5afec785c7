import { readPlain } from '../disk/readPlain.ts'
import { writeAtomic } from '../disk/writeAtomic.ts'
import { decodeFiles, encodeFiles, type FileTable, HASH_BYTES } from '../table/arrow.ts'
import { heading, seal, unseal } from '../table/seal.ts'
import { Texts } from '../table/texts.ts'
import type { FileRecord } from './cache.ts'

const METADATA = 'itc'
/** Digits of a sha256. */
const HEX = 2 * HASH_BYTES

const NONE: FileTable = {
  paths: Texts.of([]),
  sizes: new Float64Array(),
  mtimes: new Float64Array(),
  hashes: new Uint8Array(),
  metadata: new Map(),
}

/** What is known of files by their path: a table as it was read, and what was learnt since. */
export class FileRecords {
  readonly #table: FileTable
  readonly #fresh = new Map<string, FileRecord>()
  #rows: ReadonlyMap<string, number> | undefined
  #hashes: string | undefined
  /** The row behind the one that was asked for last: a training asks in the table's order. */
  #next = 0

  constructor(table: FileTable = NONE) {
    this.#table = table
  }

  get(path: string): FileRecord | undefined {
    const fresh = this.#fresh.size === 0 ? undefined : this.#fresh.get(path)
    if (fresh !== undefined) return fresh
    const row = this.#rowOf(path)
    return row === undefined ? undefined : this.#record(row)
  }

  #byPath(): ReadonlyMap<string, number> {
    this.#rows ??= rowsOf(this.#table.paths)
    return this.#rows
  }

  #rowOf(path: string): number | undefined {
    const row = this.#table.paths.is(this.#next, path) ? this.#next : this.#byPath().get(path)
    if (row !== undefined) this.#next = row + 1
    return row
  }

  set(path: string, record: FileRecord): void {
    this.#fresh.set(path, record)
  }

  *entries(): Generator<readonly [path: string, record: FileRecord]> {
    for (const [path, row] of this.#byPath()) if (!this.#fresh.has(path)) yield [path, this.#record(row)]
    yield* this.#fresh
  }

  /** Made when it is asked for: of a million files that would take longer than reading their table. */
  #record(row: number): FileRecord {
    const { sizes, mtimes, hashes } = this.#table
    this.#hashes ??= hexOf(hashes)
    const hash = this.#hashes.slice(row * HEX, (row + 1) * HEX)
    return { size: sizes[row]!, mtimeMs: mtimes[row]!, hash }
  }
}

/**
 * Reads what was known of files. Losing it costs reading the files once more, never a result: a table that is absent or
 * damaged is an empty one.
 */
export async function readFileTable(path: string): Promise<FileRecords> {
  try {
    const bytes = await readPlain(path)
    unseal(bytes)
    return new FileRecords(decodeFiles(bytes))
  } catch {
    return new FileRecords()
  }
}

function rowsOf(paths: Texts): Map<string, number> {
  const rows = new Map<string, number>()
  for (let row = 0; row < paths.length; row++) rows.set(paths.at(row), row)
  return rows
}

function hexOf({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('hex')
}

/** Replaces the table at once by one of these records, by their paths: near to the order in which they are asked for. */
export async function writeFileTable(path: string, records: FileRecords): Promise<void> {
  const entries = [...records.entries()].sort(([a], [b]) => (a < b ? -1 : 1))
  const table = {
    paths: Texts.of(entries.map(([name]) => name)),
    sizes: Float64Array.from(entries, ([, { size }]) => size),
    mtimes: Float64Array.from(entries, ([, { mtimeMs }]) => mtimeMs),
    hashes: Buffer.from(entries.map(([, { hash }]) => hash).join(''), 'hex'),
  }
  const text = heading({ files: entries.length })
  const bytes = encodeFiles({ ...table, metadata: new Map([[METADATA, text]]) })
  seal(bytes, text)
  await writeAtomic(path, bytes)
}
