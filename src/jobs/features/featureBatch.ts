import type { Backbone } from '../../backbone/backbone.ts'
import { encodePart } from '../../features/part.ts'
import { columnsOf } from '../../features/rows.ts'
import { floatsToHalves } from '../../graph/tensor.ts'
import type { Store } from '../../storage/store.ts'
import type { Batch } from '../guessAll/plan.ts'
import type { ResultsFolder } from '../guessAll/resultsFolder.ts'
import type { Computed } from './compute.ts'
import { digestOf, vectorsKey } from './form.ts'
import { categoryOf, encodeIndex, hashesOf, type IndexRow } from './indexRows.ts'

/** A picture that can be used. */
interface Usable {
  readonly row: IndexRow & { readonly sha256: string }
  readonly bottleneck: Float32Array
}

/**
 * Writes the bottlenecks of a batch: a part of vectors for each layer, and when those are there the index, which says that the
 * batch is done. Rows are sorted by category, then by hash. Of processes that could read different pictures of the batch each
 * has vectors of its own, and those count that the index names, whoever's it is.
 *
 * @param computed what came of each picture, in the batch's order
 * @returns whether this process was the first
 */
export async function writeFeatures(
  { id, items }: Batch,
  computed: readonly Computed[],
  backbones: readonly Backbone[],
  folder: ResultsFolder,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const all = items.map(({ key, size, etag }, at) => {
    const { sha256, error, bottleneck } = computed[at]!
    return { row: { key, size, etag, category: categoryOf(key) ?? '', sha256, error }, bottleneck }
  })
  const usable = all.filter(isUsable).sort((a, b) => compare(a.row, b.row))
  const failed = all.filter(each => !isUsable(each))
  if (usable.length > 0) await writeVectors(id, usable, backbones, folder.store, signal)
  const rows = [...usable, ...failed].map(({ row }) => row)
  return await folder.put(id, encodeIndex(rows, { 'itc.batch': id, 'itc.features': folder.heading.model }), signal)
}

async function writeVectors(
  id: string,
  pictures: readonly Usable[],
  backbones: readonly Backbone[],
  store: Store,
  signal: AbortSignal | undefined,
): Promise<void> {
  const names = hashesOf(pictures.map(({ row }) => row))
  const hashes = Buffer.from(names.join(''), 'hex')
  const layers = columnsOf(backbones).flatMap(({ first, layers }) =>
    layers.map(layer => ({ ...layer, first: first + layer.first })),
  )
  for (const [number, { identity, first, length: width, half }] of layers.entries()) {
    const floats = new Float32Array(pictures.length * width)
    for (const [row, { bottleneck }] of pictures.entries()) {
      floats.set(bottleneck.subarray(first, first + width), row * width)
    }
    const vectors = half ? floatsToHalves(floats) : floats
    const { bytes } = encodePart({ identity, hashes, vectors, rows: pictures.length, width })
    await store.putNew(vectorsKey(id, number, digestOf(names)), bytes, signal)
  }
}

function isUsable(each: { readonly row: IndexRow; readonly bottleneck: Float32Array }): each is Usable {
  return each.row.sha256 !== undefined
}

function compare(a: Usable['row'], b: Usable['row']): number {
  const order = Buffer.compare(Buffer.from(a.category), Buffer.from(b.category))
  return order !== 0 ? order : a.sha256 < b.sha256 ? -1 : 1
}
