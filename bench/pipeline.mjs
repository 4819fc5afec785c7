// node bench/pipeline.mjs [DATA [PICTURES [RUNS]]]: how well decoding and inference overlap. Names pictures, and does
// each of the two alone on the same pictures, in one process and in turn; prints the ratio to the slower of the two.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findBackbone } from '../dist/backbone/find.js'
import { createOnnxEngine } from '../dist/engine/onnx.js'
import { runPipeline } from '../dist/features/pipeline.js'
import { decodePicture } from '../dist/image/decode.js'
import { DEFAULT_LIMITS } from '../dist/image/limits.js'
import { machine, spread, table } from './measure.mjs'

const data = process.argv[2] ?? fileURLToPath(new URL('../test/drawings/data', import.meta.url))
const count = Number(process.argv[3] ?? 1000)
const runs = Number(process.argv[4] ?? 5)
const BATCH = 16

const files = readdirSync(data, { recursive: true, withFileTypes: true })
  .filter(entry => entry.isFile())
  .map(entry => join(entry.parentPath, entry.name))
const paths = Array.from({ length: count }, (_, at) => files[at % files.length])
const backbone = await findBackbone('mobilenet_v1')
const runner = await (await createOnnxEngine()).loadBackbone(backbone, count)
const decode = path => decodePicture(path, backbone.recipe, DEFAULT_LIMITS)
const pixels = Buffer.concat(await Promise.all(paths.slice(0, BATCH).map(decode)))

const parts = {
  'decoding alone': async () => {
    let next = 0
    const work = async () => {
      while (next < count) await decode(paths[next++])
    }
    await Promise.all(Array.from({ length: BATCH }, work))
  },
  'inference alone': async () => {
    const some = pixels.subarray(0, (pixels.length / BATCH) * runner.batch)
    let next = 0
    const work = async () => {
      for (; next < count; ) {
        next += runner.batch
        await runner.run(some, runner.batch)
      }
    }
    await Promise.all(Array.from({ length: runner.atOnce }, work))
  },
  'both, overlapped': () =>
    runPipeline(count, {
      prepare: async index => [await decode(paths[index])],
      networks: [{ runner: async () => runner, onBatch: () => {} }],
    }),
}

const times = Object.fromEntries(Object.keys(parts).map(name => [name, []]))
const ratios = []
for (let run = 0; run <= runs; run++) {
  for (const [name, part] of Object.entries(parts)) {
    const start = performance.now()
    await part()
    if (run > 0) times[name].push((performance.now() - start) / 1000)
  }
  if (run === 0) continue
  const [decoding, inference, both] = Object.keys(parts).map(name => times[name].at(-1))
  ratios.push(both / Math.max(decoding, inference))
}
await runner.dispose()

const cells = ({ min, median, max }) => [min, median, max].map(value => value.toFixed(2))
console.log(`${machine()}; ${count} pictures; ${runs} runs after one unmeasured\n`)
console.log(
  table(
    ['in one process', 'min', 'median', 'max'],
    [
      ...Object.entries(times).map(([name, seconds]) => [`${name}, s`, ...cells(spread(seconds))]),
      ['both / max(decoding, inference) (limit 1.25)', ...cells(spread(ratios))],
    ],
  ),
)
