import type { Products } from '../engine/products.ts'
import { PANEL, type Triangle, widthOf } from './triangle.ts'

/*
 * A X = B for a symmetric positive A by Cholesky's factor, panel by panel (Golub and Van Loan, "Matrix Computations", 4.2): what lies on
 * the diagonal is factored by a loop, all the rest are products in the engine. Right sides lie as rows under A, so that the
 * factoring does their first half too: B L⁻ᵀ.
 */

/**
 * @param matrix A; its factor takes its place
 * @param right Bᵀ, [columns, size]; overwritten
 * @returns Xᵀ, [columns, size]
 */
export async function solveDefinite(products: Products, matrix: Triangle, right: Float32Array): Promise<Float32Array> {
  const { size, panels } = matrix
  const inverses: Float32Array[] = []
  const memory = new Float32Array(Math.max(panels[0]?.length ?? 0, (right.length / size) * PANEL))
  for (const [panel, values] of panels.entries()) {
    const width = widthOf(size, panel)
    const inverse = inverseFactor(values, width)
    inverses.push(inverse)
    const below = values.subarray(width * width)
    if (below.length > 0) below.set(await times(products, below, inverse, width, memory))
    const own = columnsOf(right, size, panel * PANEL, width)
    const solved = own.length > 0 ? await times(products, own, inverse, width) : own
    putColumns(solved, right, size, panel * PANEL, width)
    await eliminate(products, matrix, panel, below, solved, right, memory)
  }
  for (let panel = panels.length - 1; panel >= 0; panel--)
    await substitute(products, matrix, panel, inverses[panel]!, right)
  return right
}

/** Takes what a panel explains off all that come after it. */
async function eliminate(
  products: Products,
  { size, panels }: Triangle,
  panel: number,
  below: Float32Array,
  solved: Float32Array,
  right: Float32Array,
  memory: Float32Array,
): Promise<void> {
  const width = widthOf(size, panel)
  for (let other = panel + 1; other < panels.length; other++) {
    const rest = below.subarray((other - panel - 1) * PANEL * width) // all panels before the last are whole
    const rows = widthOf(size, other)
    products.swap({ values: rest.subarray(0, rows * width), rows, width })
    subtract(panels[other]!, await products.timesTransposed(rest, memory))
    if (solved.length === 0) continue
    const left = columnsOf(right, size, other * PANEL, rows)
    subtract(left, await products.timesTransposed(solved, memory))
    putColumns(left, right, size, other * PANEL, rows)
  }
}

/** A panel's part of the second half, when those after it are known: X = (Y - X' L) times the inverse of its diagonal. */
async function substitute(
  products: Products,
  { size, panels }: Triangle,
  panel: number,
  inverse: Float32Array,
  right: Float32Array,
): Promise<void> {
  if (right.length === 0) return
  const [width, start] = [widthOf(size, panel), panel * PANEL]
  const own = columnsOf(right, size, start, width)
  const rows = size - start - width
  if (rows > 0) {
    const below = panels[panel]!.subarray(width * width)
    products.swap({ values: below, rows, width })
    subtract(own, await products.times(columnsOf(right, size, start + width, rows)))
  }
  products.swap({ values: inverse, rows: width, width })
  putColumns(await products.times(own), right, size, start, width)
}

async function times(
  products: Products,
  left: Float32Array,
  values: Float32Array,
  width: number,
  memory?: Float32Array,
): Promise<Float32Array> {
  products.swap({ values, rows: width, width })
  return products.timesTransposed(left, memory)
}

/** The inverse of the factor of the first `width` rows, [width, width]: zeros above the diagonal. */
function inverseFactor(values: Float32Array, width: number): Float32Array {
  const factor = new Float64Array(width * width)
  const inverse = new Float64Array(width * width)
  for (let row = 0; row < width; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = values[row * width + column]!
      for (let at = 0; at < column; at++) sum -= factor[row * width + at]! * factor[column * width + at]!
      if (column < row) factor[row * width + column] = sum / factor[column * width + column]!
      else factor[row * width + row] = Math.sqrt(Math.max(sum, 1e-7 * Math.abs(values[row * width + row]!), 1e-30))
    }
    const own = inverse.subarray(row * width, (row + 1) * width)
    own[row] = 1
    for (let at = 0; at < row; at++) {
      const share = factor[row * width + at]!
      for (let column = 0; column <= at; column++) own[column]! -= share * inverse[at * width + column]!
    }
    const pivot = factor[row * width + row]!
    for (let column = 0; column <= row; column++) own[column]! /= pivot
  }
  return Float32Array.from(inverse)
}

function subtract(target: Float32Array, values: Float32Array): void {
  for (let at = 0; at < values.length; at++) target[at]! -= values[at]!
}

/** Some columns of [lines, size]: [lines, width] */
function columnsOf(values: Float32Array, size: number, start: number, width: number): Float32Array {
  const lines = values.length / size
  const some = new Float32Array(lines * width)
  for (let line = 0; line < lines; line++) {
    const from = line * size + start
    some.set(values.subarray(from, from + width), line * width)
  }
  return some
}

function putColumns(some: Float32Array, target: Float32Array, size: number, start: number, width: number): void {
  for (let line = 0; line * width < some.length; line++) {
    target.set(some.subarray(line * width, (line + 1) * width), line * size + start)
  }
}
