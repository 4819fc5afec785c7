// npm run build && node bench/head/assessment.mjs OLDER [PICTURES CATEGORIES RUNS]: what the cross-validation and the assessment take of the
// processor, with retrain.py's recipe on last features in an older checkout, a built worktree of the commit before heads were half discriminants, and
// with the default head on inner layers too in this one. Made-up bottlenecks; in turns, a process each.
import { createHash } from 'node:crypto'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { machine, runOnce, spread } from '../measure.mjs'

const HERE = fileURLToPath(new URL('../..', import.meta.url))
const BLOCKS = [1024, 512, 512, 512, 1024]
const OPTIONS = { steps: 4000, batch: 100, learningRate: 0.01, seed: 1, folds: 5, head: 'mixed' }
/** How far a category's mean lies from the others', against the noise. */
const SIGNAL = 0.15
/** Of the older one's time. */
const MOST_TIMES = 2

const given = process.argv.slice(2)
if (given[0] === 'assess') await assessIn(given[1], ...given.slice(2).map(Number))
else await compare(resolve(given[0]), ...given.slice(1).map(Number))

async function compare(older, pictures = 2000, categories = 10, runs = 3) {
  const found = { older: [], now: [] }
  for (let run = 0; run < runs; run++) {
    for (const [name, root] of Object.entries({ older, now: HERE })) {
      const one = async what =>
        (await runOnce([fileURLToPath(import.meta.url), 'assess', root, pictures, categories, what])).processor
      found[name].push((await one(1)) - (await one(0)))
      console.error(name, found[name].at(-1).toFixed(2))
    }
  }
  const [before, now] = [found.older, found.now].map(values => spread(values).median)
  console.log(`${machine()}; ${pictures} made-up pictures of ${categories} categories`)
  console.log(
    `${before.toFixed(2)} → ${now.toFixed(2)} s of the processor, ${(now / before).toFixed(2)} times (limit ${MOST_TIMES})`,
  )
  if (now / before > MOST_TIMES) process.exitCode = 1
}

/** @param isWhole 0 for all but the cross-validation and the assessment */
async function assessIn(root, rows, categories, isWhole) {
  const dist = path => import(pathToFileURL(join(root, 'dist', path)))
  const { crossValidated, trainsApart } = await dist('jobs/train/crossValidated.js')
  const { findNear } = await dist('assess/assess.js')
  const engine = await (await dist('engine/onnx.js')).createOnnxEngine()
  const isNow = trainsApart !== undefined
  const last = madeUp(rows, categories, BLOCKS.slice(0, 1))
  const examples = Array.from(last.labels, (label, row) => {
    return { label: String(label), hash: createHash('sha256').update(`${row}`).digest('hex') }
  })
  const splits = examples.map(() => 'train')
  const data = isNow ? (await dist('head/halves.js')).inSpace(madeUp(rows, categories, BLOCKS), [BLOCKS], splits) : last
  const near = await findNear(last, last.labels)
  const apart = isNow && trainsApart(engine, data, OPTIONS)
  if (isWhole) await crossValidated({ data, examples, near }, engine, OPTIONS, { apart })
  process.exit(0)
}

function madeUp(rows, categories, blocks) {
  let state = 1
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
  const width = blocks.reduce((sum, length) => sum + length, 0)
  const means = Float32Array.from({ length: categories * width }, () => SIGNAL * random())
  const labels = Int32Array.from({ length: rows }, (_, row) => row % categories)
  const values = Float32Array.from({ length: rows * width }, (_, at) => {
    return means[labels[Math.floor(at / width)] * width + (at % width)] + random()
  })
  return { values, rows, width, labels, categories }
}
