import { isWebAddress } from '../../storage/address.ts'
import { type Column, decodeParquet, encodeParquet } from '../../table/parquet.ts'

/** What became of one picture. */
export interface IndexRow {
  readonly key: string
  readonly size: number | undefined
  readonly etag: string
  /** The folder at the start of its key. */
  readonly category: string
  /** Of its bytes, hex; undefined where it can't be used. */
  readonly sha256: string | undefined
  readonly error: string | undefined
}

const COLUMNS: readonly Column[] = [
  { name: 'key', kind: 'text' },
  { name: 'size', kind: 'whole' },
  { name: 'etag', kind: 'text' },
  { name: 'category', kind: 'text' },
  { name: 'sha256', kind: 'text' },
  { name: 'error', kind: 'text' },
]

/** The first rows are those of the batch's vectors, in their order; those that can't be used follow. */
export function encodeIndex(rows: readonly IndexRow[], metadata: Readonly<Record<string, string>>): Uint8Array {
  const cells = rows.map(({ key, size, etag, category, sha256, error }) => [key, size, etag, category, sha256, error])
  return encodeParquet(COLUMNS, cells, metadata)
}

/** @throws Error for what is none */
export async function decodeIndex(bytes: Uint8Array): Promise<IndexRow[]> {
  const { rows } = await decodeParquet(bytes, COLUMNS)
  return rows.map(([key, size, etag, category, sha256, error]) => {
    if (typeof key !== 'string' || typeof category !== 'string') throw new Error('it has a row without a key')
    if (sha256 !== undefined && !/^[0-9a-f]{64}$/.test(String(sha256))) throw new Error('it has a row without a hash')
    return { key, size, etag: etag ?? '', category, sha256, error } as IndexRow
  })
}

/** sha256 of the pictures that can be used, in the order of the rows of their vectors. */
export function hashesOf(rows: readonly Pick<IndexRow, 'sha256'>[]): string[] {
  return rows.flatMap(({ sha256 }) => (sha256 === undefined ? [] : [sha256]))
}

/** A key's category; undefined for one that lies in no folder, and for an address: what is before its first `/` is no label. */
export function categoryOf(key: string): string | undefined {
  if (isWebAddress(key)) return undefined
  const end = key.indexOf('/')
  return end > 0 ? key.slice(0, end) : undefined
}
