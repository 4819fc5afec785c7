import type { Products } from '../engine/products.ts'

/** Columns a panel: products of such panels are large enough for the engine, what lies on the diagonal small enough for a loop. */
export const PANEL = 128

/**
 * A symmetric matrix, of which the lower triangle is kept by panels of columns: a half of the memory. Panel k holds the rows
 * from k · PANEL on, [rows, its columns].
 */
export interface Triangle {
  readonly size: number
  readonly panels: readonly Float32Array[]
}

export function emptyTriangle(size: number): Triangle {
  const panels = Array.from({ length: Math.ceil(size / PANEL) }, (_, panel) => {
    return new Float32Array((size - panel * PANEL) * widthOf(size, panel))
  })
  return { size, panels }
}

export function copyOf({ size, panels }: Triangle): Triangle {
  return { size, panels: panels.map(values => values.slice()) }
}

/** Numbers of a triangle. */
export function triangleNumbers(size: number): number {
  return (size * (size + PANEL)) / 2
}

/** Columns of a panel: the last may have fewer. */
export function widthOf(size: number, panel: number): number {
  return Math.min(PANEL, size - panel * PANEL)
}

/** Adds `sign` · A Aᵀ. @param values A, [size, columns] */
export async function addSquare(
  products: Products,
  { size, panels }: Triangle,
  values: Float32Array,
  sign: 1 | -1,
): Promise<void> {
  const columns = values.length / size
  if (columns === 0) return
  const memory = new Float32Array(panels[0]!.length)
  for (const [panel, target] of panels.entries()) {
    const rest = values.subarray(panel * PANEL * columns)
    const rows = widthOf(size, panel)
    products.swap({ values: rest.subarray(0, rows * columns), rows, width: columns })
    const square = await products.timesTransposed(rest, memory)
    for (let at = 0; at < square.length; at++) target[at]! += sign * square[at]!
  }
}

/** Adds a triangle to another. */
export function addTriangle(target: Triangle, { panels }: Triangle): void {
  for (const [panel, values] of panels.entries()) {
    const own = target.panels[panel]!
    for (let at = 0; at < values.length; at++) own[at]! += values[at]!
  }
}

/** The sum of the diagonal. */
export function trace({ size, panels }: Triangle): number {
  let sum = 0
  for (const [panel, values] of panels.entries()) {
    const width = widthOf(size, panel)
    for (let at = 0; at < width; at++) sum += values[at * width + at]!
  }
  return sum
}

/** Adds a number to all of the diagonal. */
export function addToDiagonal({ size, panels }: Triangle, value: number): void {
  for (const [panel, values] of panels.entries()) {
    const width = widthOf(size, panel)
    for (let at = 0; at < width; at++) values[at * width + at]! += value
  }
}
