import { existsSync } from 'node:fs'
import type { Backbone } from '../../backbone/backbone.ts'
import { type Picture, scanDataset } from '../../dataset/scan.ts'
import { hashBytes } from '../../disk/identity.ts'
import { UserError } from '../../errors.ts'
import { bottleneckIdentity } from '../../features/identity.ts'
import { BottleneckStore } from '../../features/store.ts'
import { layoutOf } from '../../model/layout.ts'

/** A training picture that is like another picture. */
export interface Neighbour {
  /** Path under the data folder, and the path that opens it. */
  readonly relative: string
  readonly path: string
  readonly label: string
  /** 1 less the cosine of the two bottlenecks: 0 for the same picture, about 0.5 for pictures that share little. */
  readonly distance: number
}

export interface Nearest {
  /** The nearest one first. */
  readonly pictures: readonly Neighbour[]
  /** Pictures compared with. */
  readonly compared: number
  /** The training pictures with the very same bytes; they are not among `pictures`. */
  readonly same: readonly string[]
  /** Why none, or not all, of the training pictures were compared with; undefined when all were. */
  readonly missing: string | undefined
}

/** The picture to find the nearest of. */
export interface Query {
  readonly bytes: Uint8Array
  /** Of all backbones side by side. */
  readonly bottleneck: Float32Array
}

/**
 * The training pictures nearest to a picture, by the cosine of their bottlenecks in the cache. Nothing is computed anew:
 * what is gone from the cache or from the data folder is counted and said.
 */
export async function nearestPictures(
  tfFiles: string,
  backbones: readonly Backbone[],
  { bytes, bottleneck }: Query,
  count: number,
): Promise<Nearest> {
  const layout = layoutOf(tfFiles)
  let pictures: readonly Picture[]
  let store: BottleneckStore
  try {
    pictures = (await scanDataset(layout.data)).pictures
    if (!existsSync(layout.bottlenecks)) return none('the cache of bottlenecks is gone; itc train makes it again')
    store = await BottleneckStore.open(layout.bottlenecks)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return none(`the training pictures are gone: ${error.message}`)
  }
  try {
    return search(pictures, store, backbones, { hash: hashBytes(bytes), bottleneck }, count)
  } finally {
    await store.close()
  }
}

function none(missing: string): Nearest {
  return { pictures: [], compared: 0, same: [], missing }
}

function search(
  pictures: readonly Picture[],
  store: BottleneckStore,
  backbones: readonly Backbone[],
  query: { readonly hash: string; readonly bottleneck: Float32Array },
  count: number,
): Nearest {
  const read = reader(store, backbones, query.bottleneck.length)
  const own = lengthOf(query.bottleneck)
  const best: Neighbour[] = []
  const same: string[] = []
  let compared = 0
  for (const { relative, path, label, size, mtimeMs } of pictures) {
    const record = store.file(relative)
    const known = record?.size === size && record.mtimeMs === mtimeMs
    const bottleneck = known ? read(record.hash) : undefined
    if (!known || !bottleneck) continue
    compared++
    if (record.hash === query.hash) {
      same.push(relative)
      continue
    }
    const cosine = dot(query.bottleneck, bottleneck) / (own * lengthOf(bottleneck) || 1)
    const distance = Math.max(0, 1 - cosine)
    if (best.length >= count && distance >= (best.at(-1)?.distance ?? 0)) continue
    best.push({ relative, path, label, distance })
    best.sort((a, b) => a.distance - b.distance)
    best.length = Math.min(best.length, count)
  }
  const left = pictures.length - compared
  const missing = `${left} of ${pictures.length} training pictures are not in the cache; itc train puts them there`
  return { pictures: best, compared, same, missing: left > 0 ? missing : undefined }
}

/** Reads a picture's bottlenecks, side by side, into one buffer; undefined unless all of them are cached. */
function reader(store: BottleneckStore, backbones: readonly Backbone[], width: number) {
  const buffer = new Float32Array(width)
  const parts = backbones.map(backbone => ({ features: backbone.features, identity: bottleneckIdentity(backbone) }))
  return (hash: string): Float32Array | undefined => {
    let column = 0
    for (const { features, identity } of parts) {
      if (!store.read(hash, identity, buffer, column, features)) return undefined
      column += features
    }
    return buffer
  }
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let at = 0; at < a.length; at++) sum += a[at]! * b[at]!
  return sum
}

function lengthOf(values: Float32Array): number {
  return Math.sqrt(dot(values, values))
}
