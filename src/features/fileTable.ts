import { readFile } from 'node:fs/promises'
import { writeAtomic } from '../disk/writeAtomic.ts'
import { decodeFiles, encodeFiles, type FileTable, HASH_BYTES } from '../table/arrow.ts'
import { heading, seal, unseal } from '../table/seal.ts'
import type { FileRecord } from './cache.ts'

const METADATA = 'itc'

/** What is known of files by their path: a table as it was read, and what was learnt since. */
export class FileRecords {
  readonly #table: FileTable | undefined
  readonly #hashes: Buffer
  readonly #rows: ReadonlyMap<string, number>
  readonly #fresh = new Map<string, FileRecord>()

  constructor(table?: FileTable) {
    const hashes = table?.hashes ?? new Uint8Array(0)
    this.#table = table
    this.#hashes = Buffer.from(hashes.buffer, hashes.byteOffset, hashes.byteLength)
    this.#rows = new Map(table?.paths.map((path, row) => [path, row]))
  }

  get(path: string): FileRecord | undefined {
    const row = this.#rows.get(path)
    return this.#fresh.get(path) ?? (row === undefined ? undefined : this.#record(row))
  }

  set(path: string, record: FileRecord): void {
    this.#fresh.set(path, record)
  }

  *entries(): Generator<readonly [path: string, record: FileRecord]> {
    for (const [path, row] of this.#rows) if (!this.#fresh.has(path)) yield [path, this.#record(row)]
    yield* this.#fresh
  }

  /** Made when it is asked for: of a million files that would take longer than reading their table. */
  #record(row: number): FileRecord {
    const { sizes, mtimes } = this.#table!
    const hash = this.#hashes.toString('hex', row * HASH_BYTES, (row + 1) * HASH_BYTES)
    return { size: sizes[row]!, mtimeMs: mtimes[row]!, hash }
  }
}

/**
 * Reads what was known of files. Losing it costs reading the files once more, never a result: a table that is absent or
 * damaged is an empty one.
 */
export async function readFileTable(path: string): Promise<FileRecords> {
  try {
    const bytes = await readFile(path)
    unseal(bytes)
    return new FileRecords(decodeFiles(bytes))
  } catch {
    return new FileRecords()
  }
}

/** Replaces the table at once by one of these records. */
export async function writeFileTable(path: string, records: FileRecords): Promise<void> {
  const entries = [...records.entries()]
  const table = {
    paths: entries.map(([name]) => name),
    sizes: Float64Array.from(entries, ([, { size }]) => size),
    mtimes: Float64Array.from(entries, ([, { mtimeMs }]) => mtimeMs),
    hashes: Buffer.from(entries.map(([, { hash }]) => hash).join(''), 'hex'),
  }
  const text = heading({ files: entries.length })
  const bytes = encodeFiles({ ...table, metadata: new Map([[METADATA, text]]) })
  seal(bytes, text)
  await writeAtomic(path, bytes)
}
