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
  const [seconds, processor, megabytes] = ['seconds', 'processor', 'megabytes'].map(what =>
    spread(read.map(each => each[what])),
  )
  return { name, filled, bytes, seconds, processor, megabytes }
})
console.log(`${pictures.toLocaleString('en')} × 1024 float32; ${machine()}; ${runs} runs; min / median / max\n`)
console.log(
  table(
    ['cache', 'filled s', 'filling, peak MB', 'MB on the disk', 'opened and read s', 'processor s', 'peak MB'],
    figures.map(({ name, filled, bytes, seconds, processor, megabytes }) => [
      name,
      filled.seconds.toFixed(0),
      filled.megabytes.toFixed(0),
      (bytes / 1e6).toFixed(0),
      shown(seconds, 2),
      shown(processor, 2),
      shown(megabytes, 0),
    ]),
  ),
)
if (figures.length === 2) {
  const [parts, database] = figures
  const ratios = [
    ['times as fast by the clock', database.seconds.median / parts.seconds.median],
    ['times by the processor', database.processor.median / parts.processor.median],
    ['of the memory', parts.megabytes.median / database.megabytes.median],
    ['of the bytes on the disk', parts.bytes / database.bytes],
  ]
  console.log(`\nparts / database: ${ratios.map(([what, ratio]) => `${ratio.toFixed(2)} ${what}`).join(', ')}`)
}

function shown({ min, median, max }, digits) {
  return [min, median, max].map(value => value.toFixed(digits)).join(' / ')
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
