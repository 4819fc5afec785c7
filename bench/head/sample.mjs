// node bench/head/sample.mjs: what it costs that a discriminant learns from an even sample of very many rows, in accuracy on rows held out.
// Made-up rows: normal ones around a mean a category, the variance of direction i 1 / (i + 1). The discriminant is that of src/head/discriminant.ts, in the
// primal form, whose cost does not grow with the square of the rows.
const WIDTH = 256
const HELD_OUT = 5000
const SHRINKAGE = 0.25
/** As `sampleOf` has it, for one head. */
const sampled = categories => Math.min(7000, Math.floor(Math.sqrt(1e11 / 60 / categories)))

for (const [categories, rows, apart] of [
  [10, 40_000, 0.15],
  [50, 20_000, 0.18],
  [50, 40_000, 0.18],
]) {
  const most = sampled(categories)
  const costs = [1, 2, 3].map(seed => {
    const draw = drawing(seed, categories, apart)
    const [train, test] = [draw(rows), draw(HELD_OUT)]
    const some = draw.first(train, most)
    const [all, few] = [train, some].map(each => 100 * accuracy(learn(each, categories), test, categories))
    return { all, few, cost: all - few }
  })
  const mean = name => costs.reduce((sum, each) => sum + each[name], 0) / costs.length
  const each = costs.map(({ cost }) => cost.toFixed(2)).join(', ')
  console.log(
    `${categories} categories, ${rows} rows: all ${mean('all').toFixed(2)} %, ${most} of them ${mean('few').toFixed(2)} %, ` +
      `cost ${mean('cost').toFixed(2)} points (${each})`,
  )
}

/** Rows of made-up categories; the order is by chance, so that the first are an even sample. */
function drawing(seed, categories, apart) {
  const normal = normals(seed)
  const scale = Float64Array.from({ length: WIDTH }, (_, at) => 1 / Math.sqrt(at + 1))
  const means = Array.from({ length: categories * WIDTH }, (_, at) => normal() * apart * scale[at % WIDTH])
  const draw = rows => {
    const labels = Int32Array.from({ length: rows }, (_, row) => row % categories)
    const values = Float64Array.from({ length: rows * WIDTH }, (_, at) => {
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

function learn({ labels, values }, categories) {
  const counts = new Float64Array(categories)
  const means = new Float64Array(categories * WIDTH)
  for (const [row, label] of labels.entries()) {
    counts[label]++
    for (let at = 0; at < WIDTH; at++) means[label * WIDTH + at] += values[row * WIDTH + at]
  }
  for (let at = 0; at < means.length; at++) means[at] /= counts[Math.floor(at / WIDTH)]
  const matrix = new Float64Array(WIDTH * WIDTH)
  const off = new Float64Array(WIDTH)
  for (const [row, label] of labels.entries()) {
    for (let at = 0; at < WIDTH; at++) off[at] = values[row * WIDTH + at] - means[label * WIDTH + at]
    for (let a = 0; a < WIDTH; a++) for (let b = 0; b <= a; b++) matrix[a * WIDTH + b] += off[a] * off[b]
  }
  let trace = 0
  for (let at = 0; at < WIDTH; at++) trace += matrix[at * WIDTH + at] / labels.length
  for (let a = 0; a < WIDTH; a++) {
    for (let b = 0; b <= a; b++) matrix[a * WIDTH + b] *= (1 - SHRINKAGE) / labels.length
    matrix[a * WIDTH + a] += (SHRINKAGE * trace) / WIDTH
  }
  cholesky(matrix)
  const weights = means.slice()
  const bias = new Float64Array(categories)
  for (let label = 0; label < categories; label++) {
    const own = weights.subarray(label * WIDTH, (label + 1) * WIDTH)
    solve(matrix, own)
    for (let at = 0; at < WIDTH; at++) bias[label] -= 0.5 * own[at] * means[label * WIDTH + at]
  }
  return { weights, bias }
}

/** The lower half becomes the factor. */
function cholesky(matrix) {
  for (let a = 0; a < WIDTH; a++) {
    for (let b = 0; b <= a; b++) {
      let sum = matrix[a * WIDTH + b]
      for (let at = 0; at < b; at++) sum -= matrix[a * WIDTH + at] * matrix[b * WIDTH + at]
      matrix[a * WIDTH + b] = a === b ? Math.sqrt(sum) : sum / matrix[b * WIDTH + b]
    }
  }
}

function solve(factor, right) {
  for (let a = 0; a < WIDTH; a++) {
    for (let b = 0; b < a; b++) right[a] -= factor[a * WIDTH + b] * right[b]
    right[a] /= factor[a * WIDTH + a]
  }
  for (let a = WIDTH - 1; a >= 0; a--) {
    for (let b = a + 1; b < WIDTH; b++) right[a] -= factor[b * WIDTH + a] * right[b]
    right[a] /= factor[a * WIDTH + a]
  }
}

function accuracy({ weights, bias }, { labels, values }, categories) {
  let right = 0
  for (const [row, label] of labels.entries()) {
    let [best, most] = [-1, Number.NEGATIVE_INFINITY]
    for (let category = 0; category < categories; category++) {
      let score = bias[category]
      for (let at = 0; at < WIDTH; at++) score += weights[category * WIDTH + at] * values[row * WIDTH + at]
      if (score > most) [best, most] = [category, score]
    }
    if (best === label) right++
  }
  return right / labels.length
}
