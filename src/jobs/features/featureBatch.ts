import type { Backbone } from '../../backbone/backbone.ts'
import { encodePart } from '../../features/part.ts'
import { columnsOf, widthOf } from '../../features/rows.ts'
import { floatsToHalves } from '../../graph/tensor.ts'
import type { Runners } from '../../model/runners.ts'
import type { Store } from '../../storage/store.ts'
import type { Batch } from '../guessAll/plan.ts'
import type { ResultsFolder } from '../guessAll/resultsFolder.ts'
import { type Computed, type ComputeOptions, computeBottlenecks } from './compute.ts'
import { vectorsKey } from './form.ts'
import { categoryOf, encodeIndex, type IndexRow } from './indexRows.ts'

/**
 * Computes the bottlenecks of a batch and writes them: a part of vectors for each layer, and when those are there the index,
 * which says that the batch is done. Rows are sorted by category, then by hash.
 *
 * @returns the pictures that can't be used
 */
export async function writeFeatures(
  { id, items }: Batch,
  backbones: readonly Backbone[],
  runners: Runners,
  folder: ResultsFolder,
  options: ComputeOptions,
): Promise<IndexRow[]> {
  const computed = await computeBottlenecks(items, backbones, runners, options)
  const all = items.map(({ key, size, etag }, at) => ({
    at,
    row: {
      key,
      size,
      etag,
      category: categoryOf(key) ?? '',
      sha256: computed.hashes[at],
      error: computed.errors.get(at),
    },
  }))
  const usable = all.filter(({ row }) => row.sha256 !== undefined).sort((a, b) => compare(a.row, b.row))
  const failed = all.filter(({ row }) => row.sha256 === undefined)
  if (usable.length > 0)
    await writeVectors(
      id,
      usable.map(({ at }) => at),
      computed,
      backbones,
      folder.store,
      options.signal,
    )
  const rows = [...usable, ...failed].map(({ row }) => row)
  await folder.put(id, encodeIndex(rows, { 'itc.batch': id, 'itc.features': folder.heading.model }), options.signal)
  return failed.map(({ row }) => row)
}

async function writeVectors(
  id: string,
  order: readonly number[],
  { hashes, values }: Computed,
  backbones: readonly Backbone[],
  store: Store,
  signal: AbortSignal | undefined,
): Promise<void> {
  const width = widthOf(backbones)
  const digests = Buffer.from(order.map(at => hashes[at]).join(''), 'hex')
  const layers = columnsOf(backbones).flatMap(({ first, layers }) =>
    layers.map(layer => ({ ...layer, first: first + layer.first })),
  )
  for (const [number, { identity, first, length, half }] of layers.entries()) {
    const floats = new Float32Array(order.length * length)
    for (const [row, at] of order.entries()) {
      floats.set(values.subarray(at * width + first, at * width + first + length), row * length)
    }
    const vectors = half ? floatsToHalves(floats) : floats
    const { bytes } = encodePart({ identity, hashes: digests, vectors, rows: order.length, width: length })
    await store.putNew(vectorsKey(id, number), bytes, signal)
  }
}

function compare(a: IndexRow, b: IndexRow): number {
  const order = Buffer.compare(Buffer.from(a.category), Buffer.from(b.category))
  return order !== 0 ? order : a.sha256! < b.sha256! ? -1 : 1
}
