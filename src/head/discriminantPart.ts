import type { Engine } from '../engine/engine.ts'
import { type Discriminant, discriminants } from './discriminant.ts'
import { kernelOf, MOST_KERNEL_ROWS } from './kernel.ts'
import { type HeadsPlan, rowsOfPlan } from './plan.ts'
import { BIAS_SQUARE } from './space.ts'

/** What a discriminant's logits are divided by: they then decide more than those of the softmax do (bench/evaluation). */
const TEMPERATURE = 2
/** Root mean square of its logits after that, at most: rows that are all but alike in their categories have no bound. */
const MOST_LOGIT = 10
/** How much less a category that a head never saw gets than the least of those it saw. */
const UNSEEN = 5
/** Products that a solution may take, about: more rows are sampled, which a shrunk covariance hardly feels. */
const MOST_PRODUCTS = 1e11
/** Steps of a solution, about. */
const STEPS = 60

/** Rows that may train, the first `answered` of which are asked about. */
export interface TrainingRows {
  /** [rows, width] */
  readonly features: Float32Array
  readonly rows: number
  readonly width: number
  readonly labels: Int32Array
  readonly categories: number
  readonly answered: number
}

/** The discriminants of a plan's heads, on the scale of a softmax's logits. */
export interface LinearPart {
  /** [heads * categories] */
  readonly bias: Float32Array
  /** [heads * categories, width] */
  readonly weights: () => Promise<Float32Array>
}

export interface DiscriminantPart extends LinearPart {
  /** [answered, heads, categories] */
  readonly logits: Float32Array
}

/** Trains the discriminants of a plan's heads, on all rows or on an even sample of many. */
export async function discriminantPart(engine: Engine, all: TrainingRows, plan: HeadsPlan): Promise<DiscriminantPart> {
  const { width, answered } = all
  const chosen = sampleOf(all, plan.heads)
  const some = chosen ? sampled(all, plan, chosen) : { rows: all, plan }
  const { found, factors, bias, weights } = await learnt(engine, some.rows, some.plan)
  if (some.rows === all) {
    const logits = byRow(found.products, all.rows, answered, column => [factors[column]!, bias[column]!])
    return { logits, bias, weights }
  }
  const products = await engine.createProducts({ values: all.features, rows: answered, width })
  const logits = await products.timesTransposed(await weights()).finally(() => products.dispose())
  return { logits: byRow(logits, answered, answered, column => [1, bias[column]!]), bias, weights }
}

/** The same of a sample alone, where the other rows are not at hand: whoever has them can answer for them by the weights. */
export async function discriminantWeights(engine: Engine, sample: TrainingRows, plan: HeadsPlan): Promise<LinearPart> {
  const { bias, weights } = await learnt(engine, sample, plan)
  const values = await weights() // at once: the sample may go then
  return { bias, weights: async () => values }
}

/** Rows that are an even sample of many, each category's as many as there are in proportion; undefined where all of them are few enough. */
export function sampleOf(
  { labels, categories }: Pick<TrainingRows, 'labels' | 'categories'>,
  heads: number,
): Int32Array | undefined {
  const most = Math.min(MOST_KERNEL_ROWS, Math.floor(Math.sqrt(MOST_PRODUCTS / STEPS / (heads * categories))))
  const rows = labels.length
  if (rows <= most) return undefined
  const order = [...labels.keys()].sort((a, b) => labels[a]! - labels[b]! || a - b)
  return Int32Array.from({ length: most }, (_, at) => order[Math.floor((at * rows) / most)]!)
}

async function learnt(engine: Engine, rows: TrainingRows, plan: HeadsPlan) {
  const found = await solved(engine, rows, plan)
  const { factors, bias } = scaled(found, plan, rows.categories)
  const weights = async () => {
    const sums = found.sums.map((value, at) => value * factors[Math.floor(at / rows.rows)]!)
    const products = await engine.createProducts({ values: rows.features, rows: rows.rows, width: rows.width })
    return products.times(sums).finally(() => products.dispose())
  }
  return { found, factors, bias, weights }
}

async function solved(engine: Engine, { features, rows, width, labels, categories }: TrainingRows, plan: HeadsPlan) {
  const kernel = await kernelOf(engine, features, rows, BIAS_SQUARE)
  const squares = Float32Array.from({ length: rows }, (_, row) => kernel[row * rows + row]!)
  const products = await engine.createProducts({ values: kernel, rows, width: rows })
  const gram = (left: Float32Array) => products.times(left)
  return discriminants({ gram, offset: BIAS_SQUARE, squares, labels, categories, width, plan }).finally(() =>
    products.dispose(),
  )
}

function sampled(all: TrainingRows, plan: HeadsPlan, chosen: Int32Array): { rows: TrainingRows; plan: HeadsPlan } {
  const { features, width, labels } = all
  const values = new Float32Array(chosen.length * width)
  for (const [to, row] of chosen.entries()) {
    values.set(features.subarray(row * width, (row + 1) * width), to * width)
  }
  const own = chosen.map(row => labels[row]!)
  return {
    rows: { ...all, features: values, rows: chosen.length, labels: own, answered: chosen.length },
    plan: rowsOfPlan(plan, chosen),
  }
}

/** Factors that bring each head's logits to a softmax's scale, and biases with that and with the unseen categories. */
function scaled({ products, bias }: Discriminant, { rows, heads, active }: HeadsPlan, categories: number) {
  const factors = new Float32Array(bias.length)
  const biases = new Float32Array(bias.length)
  for (let head = 0; head < heads; head++) {
    const columns = Array.from({ length: categories }, (_, category) => head * categories + category)
    const seen = columns.filter(column => bias[column]! > Number.NEGATIVE_INFINITY)
    const size = rootMeanSquare(products, bias, seen, rows, row => active[row * heads + head] !== 0)
    const factor = 1 / Math.max(TEMPERATURE, size / MOST_LOGIT)
    const least = Math.min(...seen.map(column => bias[column]! * factor))
    for (const column of columns) {
      factors[column] = factor
      biases[column] = seen.includes(column) ? bias[column]! * factor : seen.length === 0 ? 0 : least - UNSEEN
    }
  }
  return { factors, bias: biases }
}

/** Of the logits of a head's own rows, each row's around their mean: the softmax sees no more. */
function rootMeanSquare(
  products: Float32Array,
  bias: Float32Array,
  columns: readonly number[],
  rows: number,
  isOwn: (row: number) => boolean,
): number {
  let squares = 0
  let count = 0
  for (let row = 0; row < rows; row++) {
    if (!isOwn(row)) continue
    const logits = columns.map(column => products[column * rows + row]! + bias[column]!)
    const mean = logits.reduce((sum, logit) => sum + logit, 0) / logits.length
    for (const logit of logits) squares += (logit - mean) ** 2
    count += logits.length
  }
  return count === 0 ? 0 : Math.sqrt(squares / count)
}

/** [columns, rows] → factor · it + bias, of the first rows: [answered, columns] */
function byRow(
  values: Float32Array,
  rows: number,
  answered: number,
  scale: (column: number) => readonly [factor: number, bias: number],
): Float32Array {
  const columns = values.length / rows
  const result = new Float32Array(answered * columns)
  for (let column = 0; column < columns; column++) {
    const [factor, bias] = scale(column)
    for (let row = 0; row < answered; row++) {
      result[row * columns + column] = factor * values[column * rows + row]! + bias
    }
  }
  return result
}
