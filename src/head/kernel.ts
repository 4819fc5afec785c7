import type { Engine } from '../engine/engine.ts'
import { together } from '../flow/together.ts'

/** Rows that are others with each column multiplied by a factor of its own. */
interface Reweighted {
  /** [rows, width] */
  readonly from: Float32Array
  /** [width] */
  readonly perColumn: Float32Array
}

/** Rows of a kernel, at most: 200 MB. */
export const MOST_KERNEL_ROWS = 7_000
/** Up to how many rows, as a multiple of their length, products of rows with rows are the cheaper way (measured, bench/). */
const KERNEL_ROWS = 1.25

const kernels = new WeakMap<Float32Array, Promise<Float32Array>>()
const origins = new WeakMap<Float32Array, Reweighted>()

/** Whether products of all rows with all rows are worth their memory and time. */
export function worthKernel(rows: number, width: number): boolean {
  return rows <= Math.min(KERNEL_ROWS * width, MOST_KERNEL_ROWS)
}

/**
 * Products of all rows with all rows plus `biasSquare`, which stands for the bias: [rows, rows]. Computed once for the same
 * rows, for all the heads that are trained on them.
 */
export function kernelOf(
  engine: Engine,
  values: Float32Array,
  rows: number,
  biasSquare: number,
): Promise<Float32Array> {
  let kernel = kernels.get(values)
  if (kernel === undefined) {
    const origin = origins.get(values)
    kernel = origin ? reweighted(engine, origin, rows, biasSquare) : undefined
    kernel ??= computed(engine, values, rows, biasSquare)
    kernels.set(values, kernel)
  }
  return kernel
}

/** Remembers what rows were made of: their kernel follows from that of those, with next to no products of its own. */
export function rememberOrigin(values: Float32Array, origin: Reweighted): void {
  origins.set(values, origin)
}

/**
 * Of rows whose columns have one of two factors, a or b, the products are a² times those of the columns with a, and b² times
 * what these leave of all products. Undefined for other factors.
 */
function reweighted(
  engine: Engine,
  { from, perColumn }: Reweighted,
  rows: number,
  biasSquare: number,
): Promise<Float32Array> | undefined {
  const [a, b, ...others] = new Set(perColumn)
  if (a === undefined || b === undefined || others.length > 0) return undefined
  const columns = Int32Array.from(perColumn.keys()).filter(at => perColumn[at] === a)
  return together(kernelOf(engine, from, rows, biasSquare), partOf(engine, from, rows, columns)).then(([all, part]) => {
    const kernel = new Float32Array(all.length)
    for (let at = 0; at < kernel.length; at++) {
      kernel[at] = a * a * part[at]! + b * b * (all[at]! - biasSquare - part[at]!) + biasSquare
    }
    return kernel
  })
}

const parts = new WeakMap<Float32Array, Map<string, Promise<Float32Array>>>()

/** Products of some columns of all rows with all rows, [rows, rows]. */
function partOf(engine: Engine, values: Float32Array, rows: number, columns: Int32Array): Promise<Float32Array> {
  const known = parts.get(values) ?? new Map<string, Promise<Float32Array>>()
  parts.set(values, known)
  const key = `${columns}`
  const part = known.get(key) ?? computed(engine, columnsOf(values, rows, columns), rows, 0)
  known.set(key, part)
  return part
}

function columnsOf(values: Float32Array, rows: number, columns: Int32Array): Float32Array {
  const width = values.length / rows
  const some = new Float32Array(rows * columns.length)
  for (let row = 0, to = 0; row < rows; row++) {
    for (let at = 0; at < columns.length; at++) some[to++] = values[row * width + columns[at]!]!
  }
  return some
}

async function computed(engine: Engine, values: Float32Array, rows: number, biasSquare: number): Promise<Float32Array> {
  const products = await engine.createProducts({ values, rows, width: values.length / rows })
  try {
    const kernel = await products.timesTransposed(values)
    for (let at = 0; at < kernel.length; at++) kernel[at]! += biasSquare
    return kernel
  } finally {
    await products.dispose()
  }
}
