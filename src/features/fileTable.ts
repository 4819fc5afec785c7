import { readFile } from 'node:fs/promises'
import { writeAtomic } from '../disk/writeAtomic.ts'
import { decodeFiles, encodeFiles, HASH_BYTES } from '../table/arrow.ts'
import { heading, seal, unseal } from '../table/seal.ts'
import type { FileRecord } from './cache.ts'

const METADATA = 'itc'

/**
 * Reads what was known of files by their path. Losing it costs reading the files once more, never a result: a table that is
 * absent or damaged is an empty one.
 */
export async function readFileTable(path: string): Promise<Map<string, FileRecord>> {
  try {
    const bytes = await readFile(path)
    unseal(bytes)
    const table = decodeFiles(bytes)
    const hashes = Buffer.from(table.hashes.buffer, table.hashes.byteOffset, table.hashes.byteLength)
    return new Map(
      table.paths.map((name, row) => {
        const hash = hashes.toString('hex', row * HASH_BYTES, (row + 1) * HASH_BYTES)
        return [name, { size: table.sizes[row]!, mtimeMs: table.mtimes[row]!, hash }]
      }),
    )
  } catch {
    return new Map()
  }
}

/** Replaces the table at once by one of these records. */
export async function writeFileTable(path: string, records: ReadonlyMap<string, FileRecord>): Promise<void> {
  const entries = [...records]
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
