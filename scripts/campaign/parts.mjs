// Writes bottlenecks into a cache as a training does: in parts, which are merged in the end.
import { createHash } from 'node:crypto'
import { pathToFileURL } from 'node:url'
import { PartCache } from '../../dist/features/partCache.js'

export const IDENTITY = 'campaign'
export const PICTURES = 40
export const WIDTH = 8
const EACH = 4

export const hashOf = picture => createHash('sha256').update(`picture ${picture}`).digest('hex')
export const vectorOf = picture => Float32Array.from({ length: WIDTH }, (_, at) => picture + at / 16)

export async function fill(folder) {
  const cache = await PartCache.open(folder)
  for (let first = 0; first < PICTURES; first += EACH) {
    const entries = Array.from({ length: EACH }, (_, at) => first + at)
    await cache.writeFiles(entries.map(at => [`${at}.jpg`, { size: at, mtimeMs: at, hash: hashOf(at) }]))
    await cache.writeBottlenecks(
      IDENTITY,
      entries.map(at => ({ hash: hashOf(at), bottleneck: vectorOf(at) })),
    )
  }
  await cache.merge()
  await cache.close()
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await fill(process.argv[2])
