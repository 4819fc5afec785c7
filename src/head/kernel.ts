import type { Engine } from '../engine/engine.ts'

/** Rows of a kernel, at most: 200 MB. */
export const MOST_KERNEL_ROWS = 7_000
/** Up to how many rows, as a multiple of their length, products of rows with rows are the cheaper way (measured, bench/). */
const KERNEL_ROWS = 1.25

const kernels = new WeakMap<Float32Array, Promise<Float32Array>>()

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
    kernel = computed(engine, values, rows, biasSquare)
    kernels.set(values, kernel)
  }
  return kernel
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
