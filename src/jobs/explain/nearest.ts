import { existsSync } from 'node:fs'
import { type Backbone, blocksOf } from '../../backbone/backbone.ts'
import { type Picture, scanDataset } from '../../dataset/scan.ts'
import { hashBytes } from '../../disk/identity.ts'
import { UserError } from '../../errors.ts'
import { bottleneckIdentity } from '../../features/identity.ts'
import { PartCache } from '../../features/partCache.ts'
import { layoutOf } from '../../model/layout.ts'
import type { PicturePlace } from '../../model/pictures.ts'

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
  /** Last features of all backbones side by side. */
  readonly bottleneck: Float32Array
}

/**
 * The training pictures nearest to a picture, by the cosine of their bottlenecks in the cache. Nothing is computed anew:
 * what is gone from the cache or from the data folder is counted and said.
 */
export async function nearestPictures(
  find: () => Promise<PicturePlace>,
  backbones: readonly Backbone[],
  { bytes, bottleneck }: Query,
  count: number,
): Promise<Nearest> {
  try {
    const place = await find()
    const layout = layoutOf(place.root)
    const pictures = (await scanDataset(place.folders, place)).pictures.filter(({ split }) => split !== 'test')
    if (!existsSync(layout.bottlenecks)) return none('the cache of bottlenecks is gone; itc train makes it again')
    const store = await PartCache.open(layout.bottlenecks)
    return await search(pictures, store, backbones, { hash: hashBytes(bytes), bottleneck }, count)
  } catch (error) {
    if (error instanceof UserError) return none(`the training pictures can't be compared with: ${error.message}`)
    throw error
  }
}

function none(missing: string): Nearest {
  return { pictures: [], compared: 0, same: [], missing }
}

/** Pictures whose bottlenecks are in memory at a time. */
const AT_ONCE = 8192

async function search(
  pictures: readonly Picture[],
  store: PartCache,
  backbones: readonly Backbone[],
  query: { readonly hash: string; readonly bottleneck: Float32Array },
  count: number,
): Promise<Nearest> {
  const known = pictures.flatMap(picture => {
    const record = store.file(picture.cachedAs ?? picture.relative)
    const asItWas = record?.size === picture.size && record.mtimeMs === picture.mtimeMs
    return asItWas ? [{ picture, hash: record.hash }] : []
  })
  const width = query.bottleneck.length
  const own = lengthOf(query.bottleneck)
  const best: Neighbour[] = []
  const same: string[] = []
  let compared = 0
  for (let start = 0; start < known.length; start += AT_ONCE) {
    const some = known.slice(start, start + AT_ONCE)
    const { values, whole } = await readSome(
      store,
      backbones,
      some.map(({ hash }) => hash),
      width,
    )
    for (const [row, { picture, hash }] of some.entries()) {
      if (!whole[row]) continue
      compared++
      const { relative, path, label } = picture
      if (hash === query.hash) {
        same.push(relative)
        continue
      }
      const bottleneck = values.subarray(row * width, (row + 1) * width)
      const cosine = dot(query.bottleneck, bottleneck) / (own * lengthOf(bottleneck) || 1)
      const distance = Math.max(0, 1 - cosine)
      if (best.length >= count && distance >= (best.at(-1)?.distance ?? 0)) continue
      best.push({ relative, path, label, distance })
      best.sort((a, b) => a.distance - b.distance)
      best.length = Math.min(best.length, count)
    }
  }
  const left = pictures.length - compared
  const missing = `${left} of ${pictures.length} training pictures are not in the cache; itc train puts them there`
  return { pictures: best, compared, same, missing: left > 0 ? missing : undefined }
}

/** Pictures' bottlenecks of all backbones side by side, [hashes.length, width], and of each whether all were there. */
async function readSome(
  store: PartCache,
  backbones: readonly Backbone[],
  hashes: readonly string[],
  width: number,
): Promise<{ readonly values: Float32Array; readonly whole: readonly boolean[] }> {
  const values = new Float32Array(hashes.length * width)
  const whole = hashes.map(() => true)
  let column = 0
  for (const backbone of backbones) {
    const wanted = hashes.map((hash, row) => ({ hash, offset: row * width + column }))
    const [last = 0] = blocksOf(backbone)
    const found = await store.readAll(bottleneckIdentity(backbone), wanted, values, last)
    for (const [row, hit] of found.entries()) whole[row] &&= hit
    column += last
  }
  return { values, whole }
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let at = 0; at < a.length; at++) sum += a[at]! * b[at]!
  return sum
}

function lengthOf(values: Float32Array): number {
  return Math.sqrt(dot(values, values))
}
