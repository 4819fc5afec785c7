// npm run build && node bench/inner.mjs [PICTURES CATEGORIES [RUNS [OLDER]]]: what trainings on last features, and on inner layers too, take of memory and
// of the processor, 100,000 pictures of 50 categories unless given: nothing is decoded and no network run, for their bottlenecks are made up and put into
// the cache. In turns, a process each, beside an older checkout's on last features, OLDER (a built worktree). Takes 5 GB of disk for so many.
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findBackbones } from '../dist/backbone/find.js'
import { probe } from '../dist/engine/probe.js'
import { layersOf } from '../dist/features/identity.js'
import { PartCache } from '../dist/features/partCache.js'
import { floatsToHalves } from '../dist/graph/tensor.js'
import { machine, runOnce, spread, table } from './measure.mjs'
import { makePictures } from './scalePictures.mjs'

const ITC = fileURLToPath(new URL('../bin/itc.js', import.meta.url))
/** How far a category's mean lies from the others', against the noise. */
const SIGNAL = 0.15
/** Pictures a part of the cache. */
const PER_PART = 3000
/** Peak memory in MB, and the older checkout's time (that of last features without one) as often. */
const [MOST_MB, MOST_TIMES] = [1300, 2.5]

const [pictures = 100_000, categories = 50, runs = 1] = process.argv.slice(2, 5).map(Number)
const older = process.argv[5] && join(resolve(process.argv[5]), 'bin/itc.js')
const folder = mkdtempSync(join(tmpdir(), 'itc-bench-'))
try {
  await makePictures(folder, pictures, categories)
  await fillCache()
  const figures = older ? { older: [], last: [], many: [] } : { last: [], many: [] }
  for (let run = 0; run < runs; run++) {
    for (const [kind, found] of Object.entries(figures)) {
      found.push(await trainOnce(kind))
      console.error(kind, JSON.stringify(found.at(-1)))
    }
  }
  report(figures)
} finally {
  rmSync(folder, { recursive: true })
}

async function trainOnce(kind) {
  const command = kind === 'older' ? [older, 'train'] : [ITC, 'train', '--layers', kind]
  const found = await runOnce([...command, folder, '--no-report'])
  const { metrics, backbones } = JSON.parse(readFileSync(join(folder, 'model/manifest.json'), 'utf8'))
  rmSync(join(folder, 'model'), { recursive: true })
  return { ...found, accuracy: metrics.crossValidation.accuracy, width: backbones[0].features }
}

/** Puts a made-up bottleneck of each picture into the cache, and that its file is known. */
async function fillCache() {
  const [backbone] = await findBackbones('mobilenet_v1', { probe, layers: 'many' })
  const random = randomNumbers()
  const olderIdentity = older && (await import(join(older, '../../dist/features/identity.js'))).bottleneckIdentity
  const cache = await PartCache.open(join(folder, 'bottlenecks'))
  const known = filesOf(join(folder, 'data'))
  await cache.writeFiles(known.map(({ path, size, mtimeMs, hash }) => [path, { size, mtimeMs, hash }]))
  for (const { identity, length, half } of layersOf(backbone)) {
    const means = Array.from({ length: categories }, () => Float32Array.from({ length }, () => SIGNAL * random()))
    for (let first = 0; first < known.length; first += PER_PART) {
      const entries = known.slice(first, first + PER_PART).map(({ hash, category }) => {
        const floats = means[category].map(mean => mean + random())
        return { hash, bottleneck: half ? floatsToHalves(floats) : floats }
      })
      await cache.writeBottlenecks(identity, entries)
      if (!half && olderIdentity)
        await cache.writeBottlenecks(olderIdentity({ ...backbone, features: length }), entries)
    }
  }
  await cache.close()
}

function filesOf(data) {
  return readdirSync(data).flatMap((label, category) =>
    readdirSync(join(data, label)).map(name => {
      const file = join(data, label, name)
      const { size, mtimeMs } = statSync(file)
      const hash = createHash('sha256').update(readFileSync(file)).digest('hex')
      return { path: `${label}/${name}`, size, mtimeMs, hash, category }
    }),
  )
}

/** From 0 to 1, by a linear congruence: fast, and good enough for noise. */
function randomNumbers() {
  let state = 1
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

function report(figures) {
  const rows = Object.entries(figures).map(([kind, found]) => [
    `${kind === 'older' ? 'the older checkout' : `--layers ${kind}`} (${found[0].width} numbers)`,
    ...['processor', 'seconds', 'megabytes'].map(name => {
      const { min, median, max } = spread(found.map(each => each[name]))
      return [min, median, max].map(value => value.toFixed(name === 'megabytes' ? 0 : 1)).join(' / ')
    }),
    (100 * found[0].accuracy).toFixed(1),
  ])
  console.log(`${machine()}; ${pictures} pictures of ${categories} categories, all in the cache; ${runs} runs\n`)
  console.log(table(['training', 'processor s', 'clock s', 'peak MB', 'cross-validated %'], rows))
  const median = (kind, name) => spread(figures[kind].map(each => each[name])).median
  const times = name => median('many', name) / median(older ? 'older' : 'last', name)
  const ratios = `${times('processor').toFixed(2)} times, by the clock ${times('seconds').toFixed(2)}`
  console.log(
    `\nprocessor time of --layers many over that of ${older ? 'the older checkout' : 'last features'}: ${ratios} (limit ${MOST_TIMES})`,
  )
  console.log(`peak memory ${median('many', 'megabytes').toFixed(0)} MB (limit ${MOST_MB})`)
  const isSlow = times(older ? 'seconds' : 'processor') > MOST_TIMES
  if (isSlow || median('many', 'megabytes') > MOST_MB) process.exitCode = 1
}
