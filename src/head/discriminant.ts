import { solveAll } from './conjugateGradients.ts'
import type { HeadsPlan } from './plan.ts'

/*
 * Linear discriminant analysis with a shrunk covariance (Friedman, "Regularized Discriminant Analysis", 1989), of many
 * heads at once and in the dual: a head's weights are sums of its rows, so that only products of rows with rows are
 * needed. With K = X Xᵀ over all rows and C, which takes the mean of its category off each of a head's rows,
 *
 *   W = (S + λI)⁻¹ M with S = Xᵀ C X / n and M = Xᵀ U, the categories' means, is Xᵀ (U - C Z) / λ
 *   where (C K C + nλI) Z = C K U.
 *
 * The system is solved by conjugate gradients, all heads' and categories' columns in one product with K a step. What is
 * added to all of K alike (the 1 of a bias) changes no difference between categories.
 */

/** Share of the covariance that is put evenly on all directions: flat from .1 to .5, so it is not searched for. */
export const SHRINKAGE = 0.25
/** The shrinkage spreads at least so much of all variance: rows that are all alike within their categories have none. */
export const LEAST_SPREAD = 1e-3
/**
 * The mean of few rows is off, and whichever way it is off, it is longer for it; half its square in the covariance's measure is taken
 * off the category's logit, so that a category of few rows is named too rarely. What is to be expected is half the covariance's degrees of freedom
 * for each row of the category, and of these there are about .6 for each row or number of a row, whichever are fewer. Half of that
 * is given back: with all of it more of the rare categories' pictures are named right, but fewer of all (bench/evaluation).
 */
const GIVEN_BACK = 0.15
/** Solutions are exact to so much of the right side: scores then change by less than 5e-4, so that those of two engines differ by less than 1e-3. */
const TOLERANCE = 3e-4
const MOST_STEPS = 120

/** Rows to tell apart. */
export interface DiscriminantProblem {
  /** [columns, rows] → the same times X Xᵀ, to all of which `offset` was added: [columns, rows] */
  readonly gram: (left: Float32Array) => Promise<Float32Array>
  readonly offset: number
  /** Squared lengths of the rows, [rows]. */
  readonly squares: Float32Array
  readonly labels: Int32Array
  readonly categories: number
  /** Numbers a row: of so many directions, at most, the variance is spread over. */
  readonly width: number
  readonly plan: HeadsPlan
}

/** A dual head's weights are Xᵀ times `sums`. */
export interface Discriminant {
  /** [heads * categories, rows] */
  readonly sums: Float32Array
  /** [heads * categories]; -Infinity for a category without rows. */
  readonly bias: Float32Array
  /** Of all rows, without the bias: [heads * categories, rows]. */
  readonly products: Float32Array
}

/** Solves the discriminants of all heads of a plan, each on its own rows; categories count alike. */
export async function discriminants(problem: DiscriminantProblem): Promise<Discriminant> {
  const { gram, offset, plan, categories } = problem
  const { rows, heads } = plan
  const groups = groupsOf(problem)
  const means = meanColumns(groups, rows)
  const toMeans = await gram(means) // K U
  const ridges = Float64Array.from({ length: heads }, (_, head) => ridgeOf(problem, groups, toMeans, head))
  const centre = (columns: Float32Array, indices: Int32Array) => centred(columns, indices, groups, problem)
  const right = centre(
    toMeans.slice(),
    Int32Array.from({ length: heads * categories }, (_, column) => column),
  )
  const stopping = { tolerance: TOLERANCE, mostSteps: MOST_STEPS }
  const solved = await solveAll(right, rows, stopping, async (directions, indices) => {
    const image = centre(await gram(directions), indices)
    for (const [place, column] of indices.entries()) {
      const ridge = ridges[Math.floor(column / categories)]!
      for (let at = place * rows; at < (place + 1) * rows; at++) image[at]! += ridge * directions[at]!
    }
    return image
  })
  const sums = means
  for (let at = 0; at < sums.length; at++) {
    const head = Math.floor(at / (rows * categories))
    sums[at] = ((sums[at]! - solved[at]!) * groups.sizes[head]!) / ridges[head]! / (1 - SHRINKAGE)
  }
  const products = await gram(sums)
  takeOffset(products, sums, rows, offset)
  return { sums, bias: biasesOf(groups, products, problem), products }
}

/** Takes what the offset has added off the products: the energy of unknown pictures is told by more than differences. */
function takeOffset(products: Float32Array, sums: Float32Array, rows: number, offset: number): void {
  for (let from = 0; from < sums.length; from += rows) {
    const added = offset * sums.subarray(from, from + rows).reduce((total, value) => total + value, 0)
    for (let at = from; at < from + rows; at++) products[at]! -= added
  }
}

/** Each head's rows of each category. */
interface Groups {
  /** Row indices, [heads * categories]. */
  readonly members: readonly Int32Array[]
  /** Rows of each head, [heads]. */
  readonly sizes: Int32Array
}

function groupsOf({ plan: { rows, heads, active }, labels, categories }: DiscriminantProblem): Groups {
  const lists: number[][] = Array.from({ length: heads * categories }, () => [])
  const sizes = new Int32Array(heads)
  for (let row = 0; row < rows; row++) {
    for (let head = 0; head < heads; head++) {
      if (active[row * heads + head] === 0) continue
      lists[head * categories + labels[row]!]!.push(row)
      sizes[head]!++
    }
  }
  return { members: lists.map(list => Int32Array.from(list)), sizes }
}

/** The columns U whose products with rows are the categories' means, [heads * categories, rows]. */
function meanColumns({ members }: Groups, rows: number): Float32Array {
  const columns = new Float32Array(members.length * rows)
  for (const [column, own] of members.entries()) for (const row of own) columns[column * rows + row] = 1 / own.length
  return columns
}

/** nλ of a head: the shrinkage's share of the variance within categories, over the directions that there can be. */
function ridgeOf(
  { plan, squares, categories, width }: DiscriminantProblem,
  { members, sizes }: Groups,
  toMeans: Float32Array,
  head: number,
): number {
  const { rows } = plan
  const size = sizes[head]!
  let all = 0
  let between = 0
  for (let column = head * categories; column < (head + 1) * categories; column++) {
    const own = members[column]!
    if (own.length === 0) continue
    for (const row of own) all += squares[row]!
    let square = 0
    for (const row of own) square += toMeans[column * rows + row]!
    between += square // own.length times the squared length of the mean
  }
  const spread = Math.max(all - between, LEAST_SPREAD * all)
  if (!(spread > 0)) return 1 // every row is nothing: so are the weights
  return ((SHRINKAGE / (1 - SHRINKAGE)) * spread) / Math.min(size, width)
}

/**
 * Takes the mean of its category off each of a head's rows, and all off the others; in place.
 *
 * @param columns [indices.length, rows]
 */
function centred(
  columns: Float32Array,
  indices: Int32Array,
  { members }: Groups,
  { plan: { rows, heads, active }, labels, categories }: DiscriminantProblem,
): Float32Array {
  const means = new Float64Array(categories)
  for (const [place, column] of indices.entries()) {
    const from = place * rows
    const head = Math.floor(column / categories)
    for (let category = 0; category < categories; category++) {
      const own = members[head * categories + category]!
      let sum = 0
      for (const row of own) sum += columns[from + row]!
      means[category] = sum / own.length
    }
    for (let row = 0; row < rows; row++) {
      columns[from + row] = active[row * heads + head] === 0 ? 0 : columns[from + row]! - means[labels[row]!]!
    }
  }
  return columns
}

/** Of each category: categories count alike, however many pictures they have. */
function biasesOf({ members, sizes }: Groups, products: Float32Array, problem: DiscriminantProblem): Float32Array {
  const { plan, categories, width } = problem
  return Float32Array.from(members, (own, column) => {
    let sum = 0
    for (const row of own) sum += products[column * plan.rows + row]!
    return biasOf(sum / own.length, own.length, Math.min(sizes[Math.floor(column / categories)]!, width))
  })
}

/**
 * -½ mᵀ W of a category's mean, and a part of what the mean's own error has made of it.
 *
 * @param square mᵀ W
 * @param count rows of the category
 * @param directions in which rows can vary around their means: so many rows, or numbers of a row
 * @returns -Infinity for a category without rows
 */
export function biasOf(square: number, count: number, directions: number): number {
  return count === 0 ? Number.NEGATIVE_INFINITY : -0.5 * square + (GIVEN_BACK * directions) / count
}
