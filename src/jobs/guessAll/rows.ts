import type { Guess } from '../../model/model.ts'
import type { Item } from '../../storage/store.ts'
import { type Cell, type Column, checkColumns, decodeParquet, encodeParquet } from '../../table/parquet.ts'

/** What became of one picture. */
export interface ResultRow {
  readonly key: string
  readonly size: number | undefined
  readonly etag: string
  /** Undefined where it could not be named, as is all that follows but the error. */
  readonly label: string | undefined
  readonly score: number | undefined
  readonly unfamiliar: boolean | undefined
  /** In the order of the labels. */
  readonly scores: readonly (number | undefined)[]
  readonly error: string | undefined
}

const BEFORE: readonly Column[] = [
  { name: 'key', kind: 'text' },
  { name: 'size', kind: 'whole' },
  { name: 'etag', kind: 'text' },
  { name: 'label', kind: 'text' },
  { name: 'score', kind: 'float' },
  { name: 'unfamiliar', kind: 'flag' },
]
const AFTER: readonly Column[] = [{ name: 'error', kind: 'text' }]

/** The columns of results, parts and tables made of them alike: a score a label. */
export function resultColumns(labels: readonly string[]): Column[] {
  return [...BEFORE, ...labels.map((label): Column => ({ name: `score_${label}`, kind: 'float' })), ...AFTER]
}

/** A row's cells in the order of the columns. */
export function cellsOf({ key, size, etag, label, score, unfamiliar, scores, error }: ResultRow): Cell[] {
  return [key, size, etag, label, score, unfamiliar, ...scores, error]
}

/** What a guess says of an item. */
export function rowOf({ key, size, etag }: Item, guess: Guess, labels: readonly string[]): ResultRow {
  if ('error' in guess) return refusedRow({ key, size, etag }, labels, guess.error.reason)
  const [best] = guess.scores
  const scores = new Map(guess.scores.map(({ label, score }) => [label, score]))
  return {
    key,
    size,
    etag,
    label: best?.label,
    score: best?.score,
    unfamiliar: guess.unfamiliar,
    scores: labels.map(label => scores.get(label)),
    error: undefined,
  }
}

/** What is said of an item that has no name. */
export function refusedRow(
  { key, size, etag }: Pick<Item, 'key' | 'size' | 'etag'>,
  labels: readonly string[],
  error: string,
): ResultRow {
  const none = { label: undefined, score: undefined, unfamiliar: undefined, scores: labels.map(() => undefined) }
  return { key, size, etag, ...none, error }
}

/** Rows as the bytes of a part. */
export function encodeRows(
  rows: readonly ResultRow[],
  labels: readonly string[],
  metadata: Record<string, string>,
): Uint8Array {
  return encodeParquet(resultColumns(labels), rows.map(cellsOf), metadata)
}

/** A part read back. @throws Error for what is none, or of other labels */
export async function decodeRows(bytes: Uint8Array, labels: readonly string[]): Promise<ResultRow[]> {
  const table = await decodeParquet(bytes)
  checkColumns(table, resultColumns(labels))
  return table.rows.map(cells => {
    const [key, size, etag, label, score, unfamiliar, ...rest] = cells
    if (typeof key !== 'string') throw new Error('it has a row without a key')
    const scores = rest.slice(0, -1)
    return { key, size, etag: etag ?? '', label, score, unfamiliar, scores, error: rest.at(-1) } as ResultRow
  })
}
