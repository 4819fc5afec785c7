import type { Engine } from '../engine/engine.ts'
import type { Products } from '../engine/products.ts'
import { pause } from '../flow/pause.ts'
import { solveDefinite } from './cholesky.ts'
import { dotAt } from './conjugateGradients.ts'
import { biasOf, LEAST_SPREAD, SHRINKAGE } from './discriminant.ts'
import { type HeadsPlan, rowsOfPlan } from './plan.ts'
import {
  type Alike,
  addSums,
  type CategorySums,
  emptySums,
  type RowSource,
  type Scatter,
  scatters,
  toldApart,
} from './scatter.ts'
import { BIAS_SQUARE } from './space.ts'
import { addSquare, addToDiagonal, addTriangle, copyOf, emptyTriangle, trace, triangleNumbers } from './triangle.ts'

/*
 * The discriminants of discriminant.ts in the primal: W = (S + λI)⁻¹ M by the covariance itself, features by features, whose cost
 * grows with the rows and not with their square. The heads of a cross-validation share one look at the rows.
 */

/** What a matrix of a plan may take, in bytes. */
const MOST_BYTES = 200e6

/** Discriminants of a plan's heads. */
export interface PrimalDiscriminants {
  /** [heads * categories, width] */
  readonly weights: Float32Array
  /** [heads * categories]; -Infinity for a category without rows. */
  readonly bias: Float32Array
  /** Mean square of the logits of each head's rows around each row's mean, by the categories it saw: [heads]. */
  readonly squares: Float64Array
}

export interface Solving {
  readonly signal?: AbortSignal | undefined
  /** Rows that those with a part in the covariance are among: any, unless given. */
  readonly covering?: Int32Array | undefined
  /** Gets the share of the work that is done. */
  readonly onShare?: ((share: number) => void) | undefined
}

/** Share of the time that the look at the rows takes, about; the rest is solving. */
const LOOKING = 0.6

/**
 * Solves the discriminants of all heads of a plan, each on its own rows.
 *
 * @param isSampled whether a row has a part in the covariance; all have one in their category's mean
 * @throws the signal's reason when aborted
 */
export async function primalDiscriminants(
  engine: Engine,
  source: RowSource,
  plan: HeadsPlan,
  isSampled: (row: number) => boolean,
  { signal, covering = Int32Array.from(source.labels.keys()), onShare }: Solving = {},
): Promise<PrimalDiscriminants> {
  const { width, categories } = source
  const groups = headsTogether(source, rowsOfPlan(plan, covering))
  const done = { rows: 0, heads: 0 }
  const tell = (rows: number, heads: number) => {
    done.rows += rows
    done.heads += heads
    onShare?.((LOOKING * done.rows) / (groups.length * plan.rows) + ((1 - LOOKING) * done.heads) / plan.heads)
  }
  const weights = new Float32Array(plan.heads * categories * width)
  const bias = new Float32Array(plan.heads * categories)
  const squares = new Float64Array(plan.heads)
  const products = await engine.createProducts({ values: new Float32Array(1), rows: 1, width: 1 })
  try {
    for (const { heads } of groups) {
      const onRows = (rows: number) => tell(rows, 0)
      const parts = await scatters(products, source, plan, heads, isSampled, { signal, onRows })
      for (const head of heads) {
        const own = parts.filter(part => part.heads.includes(head))
        const found = await solved(products, source, own, heads.length === 1)
        weights.set(found.weights, head * categories * width)
        bias.set(found.bias, head * categories)
        squares[head] = found.square
        tell(0, 1)
        await pause(signal)
      }
    }
  } finally {
    await products.dispose()
  }
  return { weights, bias, squares }
}

/** Products that the discriminants of a plan take, for each row of the covariance, which are among the plan's, and beside the rows. */
export function primalCost({ width, categories }: Pick<RowSource, 'width' | 'categories'>, plan: HeadsPlan) {
  const looks = headsTogether({ width, categories }, plan).reduce((sum, { share }) => sum + share, 0)
  const solving = width ** 3 / 6 + 2 * categories * width ** 2
  return { perRow: looks * triangleNumbers(width), beside: plan.heads * solving }
}

/** Heads that can look at the rows together, what these add up to fits into the memory; and the share of the rows that they look at. */
function headsTogether(
  { width, categories }: Pick<RowSource, 'width' | 'categories'>,
  plan: HeadsPlan,
): { readonly heads: number[]; readonly share: number }[] {
  const each = 4 * (triangleNumbers(width) + 2 * categories * width)
  const together: { heads: number[]; alike: Alike }[] = []
  for (let head = 0; head < plan.heads; head++) {
    const last = together.at(-1)
    const alike = last && toldApart(plan, head, last.alike)
    if (last && alike && (alike.count + 1) * each <= MOST_BYTES) {
      last.heads.push(head)
      last.alike = alike
    } else together.push({ heads: [head], alike: toldApart(plan, head) })
  }
  return together.map(({ heads, alike: { groups } }) => {
    const rows = groups.reduce((sum, group) => sum + (group > 0 ? 1 : 0), 0)
    return { heads, share: rows / Math.max(1, plan.rows) }
  })
}

/** @param inPlace the parts are not needed any more */
async function solved(
  products: Products,
  { width, categories }: RowSource,
  parts: readonly Scatter[],
  inPlace: boolean,
) {
  if (parts.length === 0) return nothing(width, categories)
  const [first = emptyTriangle(width), ...others] = parts.flatMap(({ squares }) => squares ?? [])
  const all = parts.reduce((sums, part) => added(sums, part.all), emptySums(categories, width))
  const sampled = parts.reduce((sums, part) => added(sums, part.sampled), emptySums(categories, width))
  const scatter = inPlace ? first : copyOf(first)
  for (const squares of others) addTriangle(scatter, squares)
  const rows = Math.max(1, total(sampled))
  const whole = trace(scatter) + rows * BIAS_SQUARE // as the kernel has it
  await addSquare(products, scatter, scaledMeans(sampled, width), -1)
  const spread = Math.max(trace(scatter), LEAST_SPREAD * whole)
  const directions = Math.min(rows, width)
  const ridge = spread > 0 ? ((SHRINKAGE / (1 - SHRINKAGE)) * spread) / directions : 1
  addToDiagonal(scatter, ridge)
  const means = meansOf(all, width)
  const share = rows / (1 - SHRINKAGE)
  const weights = await solveDefinite(
    products,
    scatter,
    means.map(value => value * share),
  )
  products.swap({ values: means, rows: categories, width })
  const ofMeans = await products.timesTransposed(weights) // [weights, means]
  const bias = Float32Array.from(all.counts, (count, category) => {
    return biasOf(ofMeans[category * categories + category]!, count, directions)
  })
  const around =
    (share * covariance(weights, means, all, width) - ridge * covariance(weights, weights, all, width)) / rows
  return { weights, bias, square: Math.max(0, around + betweenSquare(all, ofMeans, bias)) / countSeen(all) }
}

function nothing(width: number, categories: number) {
  const bias = new Float32Array(categories).fill(Number.NEGATIVE_INFINITY)
  return { weights: new Float32Array(categories * width), bias, square: 0 }
}

function added(target: CategorySums, sums: CategorySums): CategorySums {
  addSums(target, sums)
  return target
}

function total({ counts }: CategorySums): number {
  return counts.reduce((sum, count) => sum + count, 0)
}

/** [categories, width]; zeros for a category without rows. */
function meansOf({ counts, sums }: CategorySums, width: number): Float32Array {
  return sums.map((sum, at) => sum / Math.max(1, counts[Math.floor(at / width)]!))
}

/** Means times the root of their rows, whose square is what a covariance around them has less: [width, categories]. */
function scaledMeans({ counts, sums }: CategorySums, width: number): Float32Array {
  const categories = counts.length
  const columns = new Float32Array(sums.length)
  for (let category = 0; category < categories; category++) {
    const factor = 1 / Math.sqrt(Math.max(1, counts[category]!))
    for (let at = 0; at < width; at++) columns[at * categories + category] = factor * sums[category * width + at]!
  }
  return columns
}

/*
 * The mean square of logits needs no look at the rows: around their means they vary by wᵀ S w, and S w = share · m - ridge · w by
 * the solution; the means' own logits are products with the weights.
 */

/** Sum of the products of rows of two matrices, each row less the mean of its matrix, over the categories that were seen. */
function covariance(left: Float32Array, right: Float32Array, { counts }: CategorySums, width: number): number {
  const seen = seenOf(counts)
  let sum = 0
  for (const row of seen) sum += dotAt(left, row * width, right, row * width, width)
  const [leftMean, rightMean] = [meanRow(left, seen, width), meanRow(right, seen, width)]
  return sum - seen.length * dotAt(leftMean, 0, rightMean, 0, width)
}

/** Of the logits of the categories' means around the mean of each, summed over categories; means count by their rows. */
function betweenSquare(all: CategorySums, ofMeans: Float32Array, bias: Float32Array): number {
  const { counts } = all
  const categories = counts.length
  const seen = seenOf(counts)
  const rows = total(all)
  let squares = 0
  for (const mean of seen) {
    const logits = seen.map(category => ofMeans[category * categories + mean]! + bias[category]!)
    const middle = logits.reduce((sum, logit) => sum + logit, 0) / logits.length
    for (const logit of logits) squares += (counts[mean]! / rows) * (logit - middle) ** 2
  }
  return squares
}

function countSeen({ counts }: CategorySums): number {
  return seenOf(counts).length
}

function seenOf(counts: Float64Array): number[] {
  return [...counts.keys()].filter(category => counts[category]! > 0)
}

function meanRow(values: Float32Array, rows: readonly number[], width: number): Float64Array {
  const mean = new Float64Array(width)
  for (const row of rows) for (let at = 0; at < width; at++) mean[at]! += values[row * width + at]! / rows.length
  return mean
}
