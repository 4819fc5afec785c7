import { together } from '../flow/together.ts'
import type { BottleneckCache } from './cache.ts'
import type { Layer } from './identity.ts'
import { type Columns, identityOf, type Rows } from './rows.ts'

/** The columns that each row lacks; rows that lack none are left out. */
export type Missing = ReadonlyMap<number, readonly Columns[]>

/**
 * Fills rows with what the cache has.
 *
 * @returns what it has not, by ascending row
 * @throws the signal's reason when aborted
 */
export async function recall(
  rows: Rows,
  columns: readonly Columns[],
  cache: BottleneckCache,
  signal: AbortSignal | undefined,
): Promise<Missing> {
  const usable = [...rows.pictures.keys()].filter(row => !rows.failures.has(row))
  const missing = new Map<number, Columns[]>(usable.map(row => [row, []]))
  for (const each of columns) {
    const found = await recallColumns(rows, usable, each, cache, signal)
    for (const row of usable) if (!found.has(row)) missing.get(row)!.push(each)
  }
  for (const [row, lacks] of missing) if (lacks.length === 0) missing.delete(row)
  return missing
}

/** Of so many pictures the layers are read side by side; parts of more would take too much memory at a time. */
const SIDE_BY_SIDE = 10_000

/** Fills one backbone's columns. @returns the rows that were found */
async function recallColumns(
  rows: Rows,
  usable: readonly number[],
  columns: Columns,
  cache: BottleneckCache,
  signal: AbortSignal | undefined,
): Promise<Set<number>> {
  const recalled = (some: readonly number[]) => (layer: Layer) => recallLayer(rows, some, columns, layer, cache, signal)
  if (usable.length <= SIDE_BY_SIDE) {
    const found = await together(...columns.layers.map(recalled(usable)))
    return new Set(usable.filter(row => found.every(each => each.has(row))))
  }
  let found = new Set(usable)
  for (const layer of columns.layers) found = await recalled([...found])(layer)
  return found
}

async function recallLayer(
  rows: Rows,
  usable: readonly number[],
  columns: Columns,
  layer: Layer,
  cache: BottleneckCache,
  signal: AbortSignal | undefined,
): Promise<Set<number>> {
  const wanted = new Map<string, { readonly row: number; readonly hash: string }[]>() // by identity
  for (const row of usable) {
    const hash = rows.hashes[row]
    if (hash === undefined) continue
    const identity = identityOf(rows, row, layer)
    const others = wanted.get(identity) ?? []
    others.push({ row, hash })
    wanted.set(identity, others)
  }
  const found = new Set<number>()
  const place = { column: columns.first + layer.first, length: layer.length }
  for (const [identity, some] of wanted) {
    const hits = await rows.target.recall(cache, { identity, ...place, rows: some }, signal)
    some.forEach(({ row }, at) => {
      if (hits[at]) found.add(row)
    })
  }
  return found
}
