// npm run bench [-- DATA [RUNS]]: whole-process figures of the main job, as a Markdown table.
// DATA is a tf_files folder (default: the superheroes beside the repository if there, else the tests' drawings).
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { machine, runOnce, spread, table } from './measure.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const superheroes = join(root, '../shared/superheroes/tf_files')
const source = resolve(process.argv[2] ?? (existsSync(superheroes) ? superheroes : join(root, 'test/drawings')))
const runs = Number(process.argv[3] ?? 5)
const itc = join(root, 'bin/itc.js')

const work = mkdtempSync(join(tmpdir(), 'itc-bench-'))
const tfFiles = join(work, 'tf_files')
mkdirSync(tfFiles)
cpSync(join(source, 'data'), join(tfFiles, 'data'), { recursive: true })
const pictures = readdirSync(join(tfFiles, 'data'), { recursive: true, withFileTypes: true })
  .filter(entry => entry.isFile())
  .map(entry => join(entry.parentPath, entry.name))
const thousand = join(work, 'thousand')
mkdirSync(thousand)
for (let at = 0; at < 1000; at++) {
  const picture = pictures[at % pictures.length]
  copyFileSync(picture, join(thousand, `${String(at).padStart(4, '0')}-${basename(picture)}`))
}

/** Runs once unmeasured, then `runs` times; `before` puts things back each time. */
async function measure(name, limit, args, before = () => {}) {
  const results = []
  for (let run = 0; run <= runs; run++) {
    before()
    const result = await runOnce([itc, ...args])
    if (run > 0) results.push(result)
  }
  const seconds = spread(results.map(result => result.seconds))
  const peak = Math.max(...results.map(result => result.megabytes))
  console.error(`${name}: ${seconds.median.toFixed(2)} s`)
  return [
    name,
    ...[seconds.min, seconds.median, seconds.max].map(value => value.toFixed(2)),
    limit === undefined ? '' : limit.toFixed(2),
    limit === undefined ? '' : (seconds.median / limit).toFixed(2),
    peak.toFixed(0),
  ]
}

const forget = () => {
  for (const name of ['bottlenecks', 'model']) rmSync(join(tfFiles, name), { recursive: true, force: true })
}
const empty = () => rmSync(join(work, 'classified'), { recursive: true, force: true })
try {
  const rows = [
    await measure('train, cold', 5, ['train', tfFiles], forget),
    await measure('train, cache warm', 1.5, ['train', tfFiles]),
    await measure('guess, one picture', 0.5, ['guess', tfFiles, pictures[0]]),
    await measure(
      'guess-dir, 1,000 pictures',
      undefined,
      ['guess-dir', tfFiles, thousand, join(work, 'classified')],
      empty,
    ),
  ]
  console.log(`${machine()}; ${pictures.length} pictures; ${runs} runs after one unmeasured\n`)
  console.log(table(['whole process', 'min s', 'median s', 'max s', 'limit s', 'median / limit', 'peak MB'], rows))
} finally {
  rmSync(work, { recursive: true, force: true })
}
