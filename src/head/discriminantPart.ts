import type { Engine } from '../engine/engine.ts'
import { type Discriminant, discriminants } from './discriminant.ts'
import { kernelOf, MOST_KERNEL_ROWS } from './kernel.ts'
import { gathered } from './labelled.ts'
import { type HeadsPlan, rowsOfPlan } from './plan.ts'
import { primalCost, primalDiscriminants, type Solving } from './primal.ts'
import type { RowSource } from './scatter.ts'
import { BIAS_SQUARE } from './space.ts'

/** What a discriminant's logits are divided by: they then decide more than those of the softmax do (bench/evaluation). */
const TEMPERATURE = 2
/** Root mean square of its logits after that, at most: rows that are all but alike in their categories have no bound. */
const MOST_LOGIT = 10
/** How much less a category that a head never saw gets than the least of those it saw. */
const UNSEEN = 5
/** Products that a solution by products of rows with rows may take, about: it is for fewer rows. */
const MOST_PRODUCTS = 1e11
/** Products that the discriminants of many rows may take for each number of a row, about: beyond, an even sample makes the covariance. */
const PRODUCTS_A_NUMBER = 5.5e7
/**
 * Rows of the covariance for each category, at the least, or half of all: whatever they cost, it is little beside what the softmax of as
 * many categories does. With a few a category, the heads of folds were told far less than the head that they stand for.
 */
const ROWS_A_CATEGORY = 30
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

/**
 * Trains the discriminants of a plan's heads: of few rows by products of rows with rows, of many by the covariance of their
 * numbers.
 */
export async function discriminantPart(
  engine: Engine,
  all: TrainingRows,
  plan: HeadsPlan,
  signal?: AbortSignal,
): Promise<DiscriminantPart> {
  const { rows, width, features, answered } = all
  if (rows <= mostRows(all, plan)) {
    const { found, factors, bias, weights } = await learnt(engine, all, plan)
    const logits = byRow(found.products, rows, answered, column => [factors[column]!, bias[column]!])
    return { logits, bias, weights }
  }
  const read = async (chosen: Int32Array, memory?: Float32Array) => gathered(features, width, chosen, memory)
  const { bias, weights } = await discriminantsOf(engine, { ...all, read }, plan, { signal })
  const values = features.subarray(0, answered * width)
  const products = await engine.createProducts({ values, rows: answered, width })
  const logits = await products.timesTransposed(await weights()).finally(() => products.dispose())
  return { logits: byRow(logits, answered, answered, column => [1, bias[column]!]), bias, weights }
}

/** The same of rows wherever they are: whoever has them can answer for them by the weights. */
export async function discriminantsOf(
  engine: Engine,
  source: RowSource,
  plan: HeadsPlan,
  { covering = Int32Array.from(source.labels.keys()), ...hooks }: Solving = {},
): Promise<LinearPart> {
  const { rows, labels, width } = source
  const most = mostRows(source, plan)
  const affordable = coveredRows(source, plan, covering)
  if (affordable > 0) {
    const ofCovering = covering.map(row => labels[row]!)
    const sample = evenly(ofCovering, affordable).map(at => covering[at]!)
    const isSampled = membersOf(rows, sample)
    const { weights, bias, squares } = await primalDiscriminants(engine, source, plan, isSampled, {
      ...hooks,
      covering,
    })
    const scale = scaled(bias, source.categories, head => Math.sqrt(squares[head]!))
    for (let at = 0; at < weights.length; at++) weights[at]! *= scale.factors[Math.floor(at / width)]!
    return { bias: scale.bias, weights: async () => weights }
  }
  const chosen = evenly(labels, most)
  const own = rowsOfPlan(plan, chosen)
  const sample = { features: await source.read(chosen), rows: chosen.length, labels: chosen.map(row => labels[row]!) }
  const { bias, weights } = await learnt(engine, { ...source, ...sample, answered: chosen.length }, own)
  const values = await weights() // at once: the sample may go then
  return { bias, weights: async () => values }
}

/**
 * How many rows the covariance of a plan's heads is taken from, if there are so many; 0 where products of rows with rows are the
 * way to solve them, of a sample perhaps.
 */
export function coveredRows(
  source: Pick<RowSource, 'rows' | 'width' | 'categories'>,
  plan: HeadsPlan,
  covering: Int32Array,
): number {
  const most = mostRows(source, plan)
  const { perRow, beside } = primalCost(source, rowsOfPlan(plan, covering))
  const affordable = Math.floor((PRODUCTS_A_NUMBER * source.width - beside) / perRow)
  const enough = Math.min(ROWS_A_CATEGORY * source.categories, Math.floor(covering.length / 2))
  if (source.rows <= most || most >= Math.max(enough, affordable)) return 0
  return Math.max(enough, affordable)
}

/** Those of some heads of a plan that follow one another, from `first` on. */
export function partOfHeads(
  { bias, weights }: LinearPart,
  categories: number,
  first: number,
  count: number,
): LinearPart {
  const some = (values: Float32Array) => {
    const width = values.length / bias.length
    return values.subarray(first * categories * width, (first + count) * categories * width)
  }
  return { bias: some(bias), weights: async () => some(await weights()) }
}

/** Rows whose products with one another are the cheaper way, at most. */
function mostRows({ categories }: Pick<TrainingRows, 'categories'>, { heads }: HeadsPlan): number {
  return Math.min(MOST_KERNEL_ROWS, Math.floor(Math.sqrt(MOST_PRODUCTS / STEPS / (heads * categories))))
}

/** An even sample of rows, each category's as many as there are in proportion; all of them where they are no more. */
function evenly(labels: Int32Array, most: number): Int32Array {
  const rows = labels.length
  if (rows <= most) return Int32Array.from(labels.keys())
  const order = byCategory(labels)
  return Int32Array.from({ length: most }, (_, at) => order[Math.floor((at * rows) / most)]!)
}

/** Row numbers, those of a category together: millions of them by counting. */
function byCategory(labels: Int32Array): Int32Array {
  const next = new Int32Array(labels.reduce((most, label) => Math.max(most, label), 0) + 2)
  for (const label of labels) next[label + 1]!++
  for (let category = 1; category < next.length; category++) next[category]! += next[category - 1]!
  const order = new Int32Array(labels.length)
  for (const [row, label] of labels.entries()) order[next[label]!++] = row
  return order
}

function membersOf(rows: number, chosen: Int32Array): (row: number) => boolean {
  const isMember = new Uint8Array(rows)
  for (const row of chosen) isMember[row] = 1
  return row => isMember[row] === 1
}

async function learnt(engine: Engine, rows: TrainingRows, plan: HeadsPlan) {
  const found = await solved(engine, rows, plan)
  const { factors, bias } = scaled(found.bias, rows.categories, (head, seen) => {
    return rootMeanSquare(found, seen, rows.rows, row => plan.active[row * plan.heads + head] !== 0)
  })
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

/** Factors that bring each head's logits to a softmax's scale, and biases with that and with the unseen categories. */
function scaled(bias: Float32Array, categories: number, sizeOf: (head: number, seen: readonly number[]) => number) {
  const factors = new Float32Array(bias.length)
  const biases = new Float32Array(bias.length)
  for (let head = 0; head < bias.length / categories; head++) {
    const columns = Array.from({ length: categories }, (_, category) => head * categories + category)
    const seen = columns.filter(column => bias[column]! > Number.NEGATIVE_INFINITY)
    const size = sizeOf(head, seen)
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
  { products, bias }: Pick<Discriminant, 'products' | 'bias'>,
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
