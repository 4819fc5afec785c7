// npm run build && node bench/head/sample.mjs [CATEGORIES ROWS APART]: what it costs that a discriminant learns from an even sample of
// very many rows, in accuracy on rows held out: from the sample alone, as by products of rows with rows, or with the means of all rows and
// the covariance of a sample, as src/head/primal.ts has it. Made-up rows: normal ones around a mean a category, the variance of direction i 1 / (i + 1).
import { createOnnxEngine } from '../../dist/engine/onnx.js'
import { planHeads } from '../../dist/head/plan.js'
import { primalDiscriminants } from '../../dist/head/primal.js'
import { argMaxAt } from '../../dist/head/softmax.js'

const WIDTH = 256
const HELD_OUT = 5000
/** Rows of the covariance, by the numbers of a row. */
const RATIOS = [20, 10, 5, 2]
/** Rows of a sample alone, for one head: as src/head/discriminantPart.ts has it. */
const alone = categories => Math.min(7000, Math.floor(Math.sqrt(1e11 / 60 / categories)))

const engine = await createOnnxEngine()
const given = process.argv.slice(2).map(Number)
const cases = [
  [10, 40_000, 0.15],
  [50, 20_000, 0.18],
  [50, 40_000, 0.18],
]
for (const [categories, rows, apart] of given.length > 0 ? [given] : cases) {
  const found = {}
  for (const seed of [1, 2, 3]) {
    const draw = drawing(seed, categories, apart)
    const [train, test] = [draw(rows), draw(HELD_OUT)]
    const add = async (name, rows, isSampled) => {
      found[name] ??= []
      found[name].push(100 * (await accuracy(draw.first(train, rows), isSampled, test, categories)))
    }
    await add('all', rows, () => true)
    for (const ratio of RATIOS) await add(`covariance of ${ratio * WIDTH}`, rows, row => row < ratio * WIDTH)
    await add(`${alone(categories)} alone`, alone(categories), () => true)
  }
  const mean = values => values.reduce((sum, value) => sum + value, 0) / values.length
  const shown = Object.entries(found).map(([name, values]) => `${name} ${mean(values).toFixed(2)} %`)
  console.log(`${categories} categories, ${rows} rows: ${shown.join(', ')}`)
}

/** Rows of made-up categories; the order is by chance, so that the first are an even sample. */
function drawing(seed, categories, apart) {
  const normal = normals(seed)
  const scale = Float64Array.from({ length: WIDTH }, (_, at) => 1 / Math.sqrt(at + 1))
  const means = Array.from({ length: categories * WIDTH }, (_, at) => normal() * apart * scale[at % WIDTH])
  const draw = rows => {
    const labels = Int32Array.from({ length: rows }, (_, row) => row % categories)
    const values = Float32Array.from({ length: rows * WIDTH }, (_, at) => {
      return means[labels[Math.floor(at / WIDTH)] * WIDTH + (at % WIDTH)] + normal() * scale[at % WIDTH]
    })
    return { labels, values }
  }
  draw.first = ({ labels, values }, rows) => ({
    labels: labels.subarray(0, rows),
    values: values.subarray(0, rows * WIDTH),
  })
  return draw
}

function normals(seed) {
  let state = seed
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
}

async function accuracy({ labels, values }, isSampled, test, categories) {
  const rows = labels.length
  const read = async chosen => {
    const own = new Float32Array(chosen.length * WIDTH)
    for (const [to, row] of chosen.entries()) own.set(values.subarray(row * WIDTH, (row + 1) * WIDTH), to * WIDTH)
    return own
  }
  const plan = planHeads(rows, 1, () => true)
  const { weights, bias } = await primalDiscriminants(
    engine,
    { rows, labels, width: WIDTH, categories, read },
    plan,
    isSampled,
  )
  const products = await engine.createProducts({ values: weights, rows: categories, width: WIDTH })
  const logits = await products.timesTransposed(test.values).finally(() => products.dispose())
  for (let at = 0; at < logits.length; at++) logits[at] += bias[at % categories]
  return test.labels.filter((label, row) => argMaxAt(logits, row * categories, categories) === label).length / HELD_OUT
}
