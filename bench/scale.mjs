// node bench/scale.mjs [FOLDER [PICTURES/CATEGORIES…]]: how `itc train` grows with the number of pictures, as a Markdown
// table. FOLDER (default: a temporary one) keeps the pictures and their caches for the next time. Linux only: it looks
// at the process from outside. The first run of a set fills its cache; the second one, all from the cache, is measured.
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { machine, table } from './measure.mjs'
import { makePictures } from './scalePictures.mjs'
import { watch } from './watch.mjs'

const ITC = fileURLToPath(new URL('../bin/itc.js', import.meta.url))
const SETS = ['1000/50', '10000/50', '100000/50', '100000/1', '10000/1000']
/** The fastest way through a network: what is measured is everything else. */
const FAST = ['--input-size', '32']
const MARKS = { scanned: /pictures in/, ready: /training on/, trained: /step 4000:/ }

const given = process.argv[2]
const folder = given ?? mkdtempSync(join(tmpdir(), 'itc-scale-'))
const sets = process.argv.length > 3 ? process.argv.slice(3) : SETS
const rows = []
try {
  for (const set of sets) {
    const [pictures, categories] = set.split('/').map(Number)
    const tfFiles = join(folder, `${pictures}-${categories}`)
    if (!existsSync(join(tfFiles, 'data'))) {
      mkdirSync(tfFiles, { recursive: true })
      await makePictures(tfFiles, pictures, categories)
    }
    const cold = existsSync(join(tfFiles, 'bottlenecks'))
      ? undefined
      : await run(['train', tfFiles, ...FAST, '--steps', '10', '--folds', '0'])
    const warm = await run(['train', tfFiles, ...FAST])
    const each = [
      ...Object.keys(MARKS).map(mark => both(warm.at[mark], warm.cpu[mark])),
      both(warm.seconds, warm.cpu.end),
    ]
    const most = [cold, warm].filter(Boolean).reduce(
      (a, { most: b }) => ({
        resident: Math.max(a.resident, b.resident),
        own: Math.max(a.own, b.own),
        files: Math.max(a.files, b.files),
      }),
      { resident: 0, own: 0, files: 0 },
    )
    rows.push([
      pictures.toLocaleString('en'),
      categories.toLocaleString('en'),
      cold ? cold.at.ready.toFixed(0) : '',
      ...each,
      most.own.toFixed(0),
      most.resident.toFixed(0),
      most.files,
    ])
    console.error(`${set}: ${warm.seconds.toFixed(1)} s`)
  }
} finally {
  if (given === undefined) rmSync(folder, { recursive: true, force: true })
}
console.log(
  `${machine()}; 32 px pictures, mobilenet_v1 at 32 px, 4000 steps, 5 folds; seconds since the start, in brackets of the processor\n`,
)
console.log(
  table(
    [
      'pictures',
      'categories',
      'cache filled',
      'scanned',
      'from the cache',
      'trained',
      'end',
      'own MB',
      'resident MB',
      'open files',
    ],
    rows,
  ),
)

/** By the clock, and of the processor. */
function both(seconds, cpu) {
  return `${seconds.toFixed(1)} (${cpu.toFixed(1)})`
}

async function run(args) {
  const result = await watch([ITC, ...args], MARKS)
  if (result.code !== 0) throw new Error(`itc ${args.join(' ')} ended with ${result.code}:\n${result.text}`)
  return result
}
