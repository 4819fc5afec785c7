import { type Blocks, normalise } from './blocks.ts'
import type { Head } from './head.ts'

/**
 * What a head's rows are made with: normalised blocks, the training rows' mean taken off, each block weighted. All of it
 * goes into the head's weights in the end.
 */
export interface HeadSpace extends HeadForm {
  /** Lengths of all blocks of a row, in turn. */
  readonly blocks: Blocks
  /** What the numbers of each block are multiplied by. */
  readonly factors: readonly number[]
  /** Of the training rows, before the factors: [width]. */
  readonly mean: Float32Array
  /** The blocks of each backbone. */
  readonly backbones: readonly Blocks[]
}

/** What heads of so many pictures are. */
export interface HeadForm {
  /** Share of the last features, the rest is the inner layers'. */
  readonly last: number
  /** Half of a head is a discriminant; else all of it is a softmax. */
  readonly isHalved: boolean
}

/** Mean square of a row: with it retrain.py's 4000 steps at its rate end near the optimum (bench/head). */
const MEAN_SQUARE = 512
/**
 * Square of the bias in such rows. With 1 it learns next to nothing, and then it matters where the rows' mean lies: rows
 * that are held out, but had a part in the mean, seemed to be further from their own category than they are.
 */
export const BIAS_SQUARE = 64
/** Mean square of a block, whose length is 1, around its mean, at the least: what is all but constant is not blown up. */
const LEAST_SQUARE = 1e-4

/**
 * Share of the last features in a row's square around the mean, the rest is the inner layers': these need pictures to tell
 * what matters of so many numbers (bench/evaluation).
 *
 * @param counts training pictures of each category
 */
export function shareOfLast(counts: readonly number[]): number {
  const pictures = counts.reduce((sum, count) => sum + count, 0)
  if (pictures < 60 || counts.some(count => count < 10)) return 1
  if (pictures < 120) return 0.8
  return pictures < 240 ? 0.65 : 0.5
}

/** Rows that a space is learnt from, at most: their mean lies off that of all by a hundredth of what single rows do. */
const MOST_LEARNT = 20_000

/** Of rows that a space may be learnt from those that it is: an even sample of very many. */
export function learntOf<T extends readonly number[] | Int32Array>(rows: T, most = MOST_LEARNT): T {
  if (rows.length <= most) return rows
  return rows.filter(
    (_, at) => Math.floor((at * most) / rows.length) !== Math.floor(((at - 1) * most) / rows.length),
  ) as T
}

/** @param counts training pictures of each category */
export function formOf(counts: readonly number[]): HeadForm {
  const pictures = counts.reduce((sum, count) => sum + count, 0)
  return { last: shareOfLast(counts), isHalved: isHalved(pictures, counts.filter(count => count > 0).length) }
}

/** Pictures a category, in the mean, from which on half of a head is a discriminant. */
const LEAST_HALVED = 10

/**
 * Whether half of a head is a discriminant. It tells categories apart by their means and by how pictures vary around them, and of
 * few pictures a category neither is known: there it names more pictures wrong than the softmax does (bench/evaluation).
 *
 * @param pictures that train
 * @param categories that have some
 */
export function isHalved(pictures: number, categories: number): boolean {
  return pictures >= LEAST_HALVED * categories
}

/**
 * Makes rows for heads.
 *
 * @param values [rows, width], bottlenecks
 * @param backbones the blocks of each, in the order they lie in a row
 * @param learnt rows that the mean and the scale are taken from
 * @param form what heads of so many pictures are
 * @param rows receives them; may be the bottlenecks themselves, which are then gone
 * @returns the rows, [rows, width], and what they were made with
 */
export function toSpace(
  values: Float32Array,
  backbones: readonly Blocks[],
  learnt: readonly number[],
  form: HeadForm,
  rows: Float32Array = new Float32Array(values.length),
): { readonly values: Float32Array; readonly space: HeadSpace } {
  const blocks = backbones.flat()
  const width = blocks.reduce((sum, length) => sum + length, 0)
  for (let from = 0; from < values.length; from += width) normalise(values, from, blocks, rows, from)
  const mean = meanOf(rows, width, learnt)
  const space = spaceOf(mean, squaresOf(rows, mean, blocks, learnt), backbones, form)
  centring(space)(rows)
  return { values: rows, space }
}

/**
 * The space of normalised rows with a mean.
 *
 * @param mean of the training rows, [width]
 * @param squares mean square of each of their blocks around the mean
 */
export function spaceOf(
  mean: Float32Array,
  squares: readonly number[],
  backbones: readonly Blocks[],
  form: HeadForm,
): HeadSpace {
  const factors = sharesOfAll(backbones, form.last).map((share, block) =>
    Math.sqrt((share * MEAN_SQUARE) / Math.max(squares[block]!, LEAST_SQUARE)),
  )
  return { blocks: backbones.flat(), factors, mean, backbones, ...form }
}

/** Makes normalised rows, [rows, width], into those of a space, some at a time; in place. */
export function centring({ blocks, factors, mean }: HeadSpace): (rows: Float32Array) => void {
  const width = mean.length
  const perColumn = columnFactors(blocks, factors)
  return rows => {
    for (let from = 0; from < rows.length; from += width) {
      for (let at = 0; at < width; at++) rows[from + at] = (rows[from + at]! - mean[at]!) * perColumn[at]!
    }
  }
}

/** The same head for normalised blocks as they come: mean and factors go into its weights. */
export function fromSpace(head: Head, { blocks, factors, mean }: HeadSpace): Head {
  const { width, categories } = head
  const perColumn = columnFactors(blocks, factors)
  const weights = new Float32Array(head.weights.length)
  const bias = Float64Array.from(head.bias)
  for (let at = 0; at < width; at++) {
    for (let category = 0; category < categories; category++) {
      const weight = head.weights[at * categories + category]! * perColumn[at]!
      weights[at * categories + category] = weight
      bias[category]! -= weight * mean[at]!
    }
  }
  return { ...head, weights, bias: Float32Array.from(bias), blocks }
}

/**
 * The same rows with another share of the last features, as rows of their own.
 *
 * @param last no less than the rows have
 * @returns them, what each number of a row was multiplied by, [width], and their space
 */
export function withShare(
  rows: Float32Array,
  space: HeadSpace,
  last: number,
): { readonly values: Float32Array; readonly perColumn: Float32Array; readonly space: HeadSpace } {
  const more = sharingMore(space, last)
  const values = new Float32Array(rows.length)
  multiply(rows, more.perColumn, values)
  return { values, ...more }
}

/**
 * Another share of the last features.
 *
 * @param last no less than the rows have
 * @returns what each number of a row is to be multiplied by for it, [width], and the space of those rows
 */
export function sharingMore(
  space: HeadSpace,
  last: number,
): { readonly perColumn: Float32Array; readonly space: HeadSpace } {
  const before = sharesOfAll(space.backbones, space.last)
  const ratios = sharesOfAll(space.backbones, last).map((share, at) => (share > 0 ? Math.sqrt(share / before[at]!) : 0))
  const factors = space.factors.map((factor, at) => factor * ratios[at]!)
  return { perColumn: columnFactors(space.blocks, ratios), space: { ...space, last, factors } }
}

/** Multiplies each number of rows by that of its column; the target may be the rows themselves. */
export function multiply(rows: Float32Array, perColumn: Float32Array, target: Float32Array): void {
  const width = perColumn.length
  for (let from = 0; from < rows.length; from += width) {
    for (let at = 0; at < width; at++) target[from + at] = rows[from + at]! * perColumn[at]!
  }
}

function sharesOfAll(backbones: readonly Blocks[], last: number): number[] {
  return backbones.flatMap(own => sharesOf(own, last).map(share => share / backbones.length))
}

/** All inner blocks share alike in what the last features leave. */
function sharesOf([, ...inner]: Blocks, last: number): number[] {
  return inner.length === 0 ? [1] : [last, ...inner.map(() => (1 - last) / inner.length)]
}

function columnFactors(blocks: Blocks, factors: readonly number[]): Float32Array {
  return Float32Array.from(blocks.flatMap((length, block) => new Array<number>(length).fill(factors[block]!)))
}

function meanOf(rows: Float32Array, width: number, learnt: readonly number[]): Float32Array {
  const sums = new Float64Array(width)
  for (const row of learnt) for (let at = 0; at < width; at++) sums[at]! += rows[row * width + at]!
  return Float32Array.from(sums, sum => sum / Math.max(1, learnt.length))
}

/** Mean square of each block of the learnt rows around the mean. */
function squaresOf(rows: Float32Array, mean: Float32Array, blocks: Blocks, learnt: readonly number[]): number[] {
  const width = mean.length
  let start = 0
  return blocks.map(length => {
    let sum = 0
    for (const row of learnt) {
      for (let at = start; at < start + length; at++) sum += (rows[row * width + at]! - mean[at]!) ** 2
    }
    start += length
    return sum / Math.max(1, learnt.length)
  })
}
