import { hashBytes } from '../disk/identity.ts'
import type { BackboneRunner } from '../engine/engine.ts'
import { pause, SLICE } from '../flow/pause.ts'
import { decodeVariant, pictureVariant } from '../image/augment.ts'
import { decodePicture } from '../image/decode.ts'
import { PictureError } from '../image/pictureError.ts'
import { readPicture } from '../image/read.ts'
import type { Columns } from './columns.ts'
import type { ExtractOptions } from './options.ts'
import { runPipeline } from './pipeline.ts'
import { bottleneckIdentity, type FileRecord, type StoreEntry } from './store.ts'
import { variantIdentity } from './variants.ts'

/** Bottlenecks a transaction of the cache. */
const COMMIT = 64
/** Files' records a transaction. */
const RECORDS = 512
/** Bottlenecks read or written before the cache's memory is given back: some 100 MB. */
const RELEASE = 16_384

/** Fills one backbone's columns: from the cache where it has them, the rest by decoding and running. */
export async function fillColumns(columns: Columns, options: ExtractOptions): Promise<{ cached: number }> {
  const { pictures, hashes, failures, values, width, column, backbone } = columns
  const { store, limits, signal } = options
  const identity = bottleneckIdentity(backbone)
  const variantOf = (row: number) => columns.variants?.[row] ?? 0
  const identityOf = (row: number) => variantIdentity(identity, variantOf(row))
  let runner: Promise<BackboneRunner> | undefined
  let records: [string, FileRecord][] = []
  let unsaved: (StoreEntry & { readonly row: number })[] = []
  let releasing: Promise<void> | undefined
  let unreleased = 0
  let cached = 0
  let computed = 0
  const report = () => options.onProgress?.({ done: cached + computed + failures.size, total: pictures.length, cached })

  const fromCache = (row: number): boolean => {
    const hash = hashes[row]
    const hit = hash !== undefined && store.read(hash, identityOf(row), values, row * width + column, backbone.features)
    if (hit) cached++
    return hit
  }
  /** While the cache gives its memory back, nobody may use it. */
  const cacheIsOpen = async () => {
    while (releasing) await releasing
  }
  const release = async () => {
    unreleased = 0
    releasing = store.release()
    await releasing.finally(() => {
      releasing = undefined
    })
  }
  const saveRecords = async () => {
    const batch = records
    records = []
    await cacheIsOpen()
    if (batch.length > 0) await store.writeFiles(batch)
  }
  const saveBottlenecks = async () => {
    const batch = unsaved
    unsaved = []
    for (const of of new Set(batch.map(({ row }) => identityOf(row)))) {
      const entries = batch.filter(({ row }) => identityOf(row) === of)
      await store.writeBottlenecks(of, entries)
    }
  }
  /** The picture's bytes; remembered with the file's state from before they were read, so that a change is noticed. */
  const readBytes = async (row: number): Promise<Uint8Array> => {
    const { path, relative } = pictures[row]!
    const { bytes, size, mtimeMs } = await readPicture(path, limits)
    const hash = hashBytes(bytes)
    hashes[row] = hash
    records.push([relative, { size, mtimeMs, hash }])
    if (records.length >= RECORDS) await saveRecords()
    return bytes
  }

  const missing: number[] = []
  for (const row of pictures.keys()) {
    if (row % SLICE === 0) await pause(signal)
    if (row % RELEASE === RELEASE - 1) await store.release()
    if (!failures.has(row) && !fromCache(row)) missing.push(row)
  }
  report()
  const prepare = async (index: number): Promise<Uint8Array | undefined> => {
    const row = missing[index]!
    try {
      const bytes = await readBytes(row)
      if (fromCache(row)) return undefined
      const variant = variantOf(row)
      if (variant === 0) return await decodePicture(bytes, backbone.recipe, limits)
      return await decodeVariant(bytes, backbone.recipe, pictureVariant(hashes[row]!, variant), limits)
    } catch (error) {
      if (!(error instanceof PictureError)) throw error
      failures.set(row, error.reason)
      return undefined
    } finally {
      report()
    }
  }
  try {
    await runPipeline(missing.length, {
      prepare,
      signal,
      runner: () => {
        runner ??= options.engine().then(engine => engine.loadBackbone(backbone, missing.length))
        return runner
      },
      onBatch: async (indices, bottlenecks) => {
        indices.forEach((index, at) => {
          const row = missing[index]!
          const bottleneck = bottlenecks.subarray(at * backbone.features, (at + 1) * backbone.features)
          values.set(bottleneck, row * width + column)
          unsaved.push({ hash: hashes[row]!, bottleneck, row })
        })
        computed += indices.length
        report()
        if (unsaved.length >= COMMIT) await saveBottlenecks()
        unreleased += indices.length
        if (unreleased >= RELEASE) await release()
      },
    })
  } finally {
    await saveBottlenecks()
    await saveRecords()
    await (await runner?.catch(() => undefined))?.dispose()
  }
  return { cached }
}
