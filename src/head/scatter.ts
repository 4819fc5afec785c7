import type { Products } from '../engine/products.ts'
import { pause } from '../flow/pause.ts'
import { transposed } from '../graph/transpose.ts'
import type { HeadsPlan } from './plan.ts'
import type { StoredRows } from './stored.ts'
import { addSquare, emptyTriangle, type Triangle } from './triangle.ts'

/** Numbers that are read at a time: 32 MB, and as many transposed. */
const AT_ONCE = 8e6

/** Labelled rows, wherever they are. */
export interface RowSource extends StoredRows {
  readonly width: number
  readonly categories: number
}

export interface LookHooks {
  readonly signal?: AbortSignal | undefined
  /** Gets how many more rows were looked at. */
  readonly onRows?: (rows: number) => void
}

/** Sums of the rows of each category. */
export interface CategorySums {
  /** [categories] */
  readonly counts: Float64Array
  /** [categories, width] */
  readonly sums: Float32Array
}

/** What rows that train the same heads add up to. */
export interface Scatter {
  /** The heads, of those of the plan. */
  readonly heads: readonly number[]
  readonly all: CategorySums
  /** Of the rows that the squares are taken of. */
  readonly sampled: CategorySums
  /** Xᵀ X of these; undefined without any. */
  readonly squares: Triangle | undefined
}

/**
 * Adds rows up by one look at each, those that train the same heads together: any of the heads' own sums are sums of these.
 *
 * @param heads numbers of some heads of the plan
 * @param isSampled whether a row's squares count too
 * @throws the signal's reason when aborted
 */
export async function scatters(
  products: Products,
  source: RowSource,
  plan: HeadsPlan,
  heads: readonly number[],
  isSampled: (row: number) => boolean,
  hooks: LookHooks,
): Promise<Scatter[]> {
  const found: Scatter[] = []
  for (const rows of rowsAlike(plan, heads)) {
    const own = heads.filter(head => plan.active[rows[0]! * plan.heads + head] !== 0)
    found.push({ heads: own, ...(await addedUp(products, source, rows, isSampled, hooks)) })
  }
  return found
}

/** Which rows train the same heads. */
export interface Alike {
  /** Of each row the number of its group; 0 where it trains none of the heads. */
  readonly groups: Int32Array
  /** Groups whose rows train some. */
  readonly count: number
}

/** Tells rows apart by one more head of a plan. */
export function toldApart({ rows, heads, active }: HeadsPlan, head: number, before?: Alike): Alike {
  const groups = new Int32Array(rows)
  const numbers = new Int32Array(2 * ((before?.count ?? 0) + 1))
  let count = 0
  for (let row = 0; row < rows; row++) {
    const key = 2 * (before?.groups[row] ?? 0) + (active[row * heads + head] === 0 ? 0 : 1)
    if (key > 0) numbers[key] ||= ++count
    groups[row] = numbers[key]!
  }
  return { groups, count }
}

function rowsAlike(plan: HeadsPlan, heads: readonly number[]): Int32Array[] {
  let alike: Alike = { groups: new Int32Array(plan.rows), count: 0 }
  for (const head of heads) alike = toldApart(plan, head, alike)
  const { groups, count } = alike
  return Array.from({ length: count }, (_, group) =>
    Int32Array.from(groups.keys()).filter(row => groups[row] === group + 1),
  )
}

async function addedUp(
  products: Products,
  source: RowSource,
  rows: Int32Array,
  isSampled: (row: number) => boolean,
  hooks: LookHooks,
): Promise<Omit<Scatter, 'heads'>> {
  const { width, categories } = source
  const chosen = rows.filter(isSampled)
  const squares = chosen.length > 0 ? emptyTriangle(width) : undefined
  const sampled = emptySums(categories, width)
  const slice = Math.max(1, Math.floor(AT_ONCE / width))
  const memory = new Float32Array(Math.min(slice, rows.length) * width)
  const turned = new Float32Array(Math.min(slice, chosen.length) * width)
  for await (const values of blocksOf(source, chosen, sampled, memory, hooks)) {
    const columns = turned.subarray(0, values.length)
    await addSquare(products, squares!, transposed(values, values.length / width, width, columns), 1)
  }
  const others = rows.filter(row => !isSampled(row))
  if (others.length === 0) return { all: sampled, sampled, squares }
  const all = emptySums(categories, width)
  for await (const _ of blocksOf(source, others, all, memory, hooks));
  addSums(all, sampled)
  return { all, sampled, squares }
}

/** Reads rows, as many at a time as the memory holds, and adds them to the sums of their categories. */
async function* blocksOf(
  { width, labels, read }: RowSource,
  rows: Int32Array,
  sums: CategorySums,
  memory: Float32Array,
  { signal, onRows }: LookHooks,
): AsyncGenerator<Float32Array> {
  const slice = Math.max(1, Math.floor(memory.length / width))
  for (let at = 0; at < rows.length; at += slice) {
    await pause(signal)
    const chosen = rows.subarray(at, at + slice)
    const values = await read(chosen, memory)
    for (let place = 0; place < chosen.length; place++)
      addRow(sums, labels[chosen[place]!]!, values, place * width, width)
    yield values
    onRows?.(chosen.length)
  }
}

export function emptySums(categories: number, width: number): CategorySums {
  return { counts: new Float64Array(categories), sums: new Float32Array(categories * width) }
}

function addRow(
  { counts, sums }: CategorySums,
  category: number,
  values: Float32Array,
  from: number,
  width: number,
): void {
  counts[category]!++
  for (let at = 0, to = category * width; at < width; at++, to++) sums[to]! += values[from + at]!
}

/** Adds the sums of other rows. */
export function addSums(target: CategorySums, { counts, sums }: CategorySums): void {
  for (let at = 0; at < counts.length; at++) target.counts[at]! += counts[at]!
  for (let at = 0; at < sums.length; at++) target.sums[at]! += sums[at]!
}
