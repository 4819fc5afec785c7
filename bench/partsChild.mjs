// A process of bench/parts.mjs: fills a cache of bottlenecks, or opens it and reads all of it as a training does.
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [, , verb, kind, build, folder, given] = process.argv
const pictures = Number(given)
const WIDTH = 1024
const IDENTITY = 'bench'
/** As both versions write: bottlenecks of so many pictures at once, and files. A million are written in parts as joining leaves them. */
const [BOTTLENECKS, FILES] = pictures > 200_000 ? [3840, 3840] : [64, 512]
/** The version with a database gave its memory back after so many. */
const RELEASE = 16_384

const hashOf = at => createHash('sha256').update(`picture ${at}`).digest('hex')
const pathOf = at =>
  `category_${String(Math.floor((at * 50) / pictures)).padStart(2, '0')}/holidays/IMG_${String(at).padStart(7, '0')}.jpg`
const load = file => import(pathToFileURL(join(build, 'dist', 'features', file)).href)

const cache =
  kind === 'parts'
    ? await (await load('partCache.js')).PartCache.open(folder)
    : await (await load('store.js')).BottleneckStore.open(folder)
await cache.close()
// A training has its paths from the disk. As one piece each: both caches would join them from their pieces.
const paths = Array.from({ length: pictures }, (_, at) => Buffer.from(pathOf(at)).toString())

const [start, used] = [performance.now(), process.cpuUsage()]
await (verb === 'fill' ? fill() : read())
const seconds = (performance.now() - start) / 1000
const { user, system } = process.cpuUsage(used)
const megabytes = process.resourceUsage().maxRSS / 1024
console.log(JSON.stringify({ seconds, processor: (user + system) / 1e6, megabytes }))

async function reopened() {
  return cache.constructor.open(folder)
}

async function fill() {
  const cache = await reopened()
  for (let first = 0; first < pictures; first += FILES) {
    const rows = Array.from({ length: Math.min(FILES, pictures - first) }, (_, at) => first + at)
    for (let at = 0; at < rows.length; at += BOTTLENECKS)
      await cache.writeBottlenecks(IDENTITY, rows.slice(at, at + BOTTLENECKS).map(entry))
    await cache.writeFiles(rows.map(at => [paths[at], { size: 5000 + at, mtimeMs: 1.7e12 + at / 7, hash: hashOf(at) }]))
  }
  await cache.merge?.()
  await cache.close()
}

/** Numbers that no disk could make smaller, from 0 to 6 as after a relu6. */
function entry(at) {
  const bottleneck = new Float32Array(WIDTH)
  for (let column = 0, state = at + 1; column < WIDTH; column++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    bottleneck[column] = (state / 2 ** 32) * 6
  }
  return { hash: hashOf(at), bottleneck }
}

async function read() {
  const cache = await reopened()
  const values = new Float32Array(pictures * WIDTH)
  const hashes = paths.map(path => cache.file(path)?.hash)
  const found = kind === 'parts' ? await readParts(cache, hashes, values) : await readDatabase(cache, hashes, values)
  if (found !== pictures || values.at(-1) === 0) throw new Error(`${found} of ${pictures} were found`)
  await cache.close()
}

async function readParts(cache, hashes, values) {
  const wanted = hashes.map((hash, row) => ({ hash, offset: row * WIDTH }))
  const found = await cache.readAll(IDENTITY, wanted, values, WIDTH)
  return found.filter(Boolean).length
}

async function readDatabase(cache, hashes, values) {
  let found = 0
  for (const [row, hash] of hashes.entries()) {
    if (row % RELEASE === RELEASE - 1) await cache.release()
    if (cache.read(hash, IDENTITY, values, row * WIDTH, WIDTH)) found++
  }
  return found
}
