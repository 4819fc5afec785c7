// node bench/parts.mjs [PICTURES [RUNS [OLDER]]]: the cache of bottlenecks filled, opened and read, as a Markdown table.
// OLDER is a folder with a build of a version whose cache is a database, to be compared with: such as a worktree of
// a1a6ffb, with lmdb and msgpackr beside its libraries. Each figure is of a process of its own; the files are in memory.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { machine, spread, table } from './measure.mjs'

const CHILD = fileURLToPath(new URL('partsChild.mjs', import.meta.url))
const [pictures = 100_000, runs = 5] = process.argv.slice(2, 4).map(Number)
const older = process.argv[4]

const caches = [
  { name: 'parts', build: fileURLToPath(new URL('..', import.meta.url)) },
  ...(older === undefined ? [] : [{ name: 'database', build: resolve(older) }]),
]
const root = mkdtempSync(join(tmpdir(), 'itc-parts-'))
try {
  for (const cache of caches) {
    cache.folder = join(root, cache.name)
    cache.filled = child('fill', cache)
    cache.bytes = bytesIn(cache.folder)
    cache.read = []
  }
  // In turns, so that what else the machine does meets all of them.
  for (let run = 0; run < runs; run++) for (const cache of caches) cache.read.push(child('read', cache))
} finally {
  rmSync(root, { recursive: true, force: true })
}

const figures = caches.map(({ name, filled, bytes, read }) => {
  const seconds = spread(read.map(each => each.seconds))
  const megabytes = spread(read.map(each => each.megabytes))
  return { name, filled, bytes, seconds, megabytes }
})
console.log(`${pictures.toLocaleString('en')} × 1024 float32; ${machine()}; ${runs} runs\n`)
console.log(
  table(
    ['cache', 'filled s', 'filling, peak MB', 'MB on the disk', 'opened and read s: min', 'median', 'max', 'peak MB'],
    figures.map(({ name, filled, bytes, seconds, megabytes }) => [
      name,
      filled.seconds.toFixed(0),
      filled.megabytes.toFixed(0),
      (bytes / 1e6).toFixed(0),
      ...['min', 'median', 'max'].map(each => seconds[each].toFixed(2)),
      megabytes.median.toFixed(0),
    ]),
  ),
)
if (figures.length === 2) {
  const [parts, database] = figures
  const ratios = [
    ['times as fast', database.seconds.median / parts.seconds.median],
    ['of the memory', parts.megabytes.median / database.megabytes.median],
    ['of the bytes on the disk', parts.bytes / database.bytes],
  ]
  console.log(`\nparts / database: ${ratios.map(([what, ratio]) => `${ratio.toFixed(2)} ${what}`).join(', ')}`)
}

function child(verb, { name, build, folder }) {
  const args = [CHILD, verb, name, build, folder, pictures]
  return JSON.parse(execFileSync(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] }))
}

/** As the disk counts them, in blocks. */
function bytesIn(folder) {
  return readdirSync(folder, { recursive: true })
    .map(name => statSync(join(folder, name)))
    .reduce((sum, stats) => sum + (stats.isFile() ? stats.blocks * 512 : 0), 0)
}
