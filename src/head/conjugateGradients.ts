export interface Stopping {
  /** A column is solved when what is left of it is this much of its right side, by length. */
  readonly tolerance: number
  readonly mostSteps: number
}

/**
 * Solves A x = b for many right sides at once, each by conjugate gradients of its own (Hestenes and Stiefel, 1952), so that
 * a step is one product however many there are. A is symmetric and positive on what it is applied to. Columns that are
 * solved are left out of the product; a column of zeros is its own solution.
 *
 * @param right [columns, rows]; overwritten
 * @param apply A times columns, [some columns, rows]: `indices` tells which they are
 * @returns [columns, rows]
 */
export async function solveAll(
  right: Float32Array,
  rows: number,
  { tolerance, mostSteps }: Stopping,
  apply: (columns: Float32Array, indices: Int32Array) => Promise<Float32Array>,
): Promise<Float32Array> {
  const solution = new Float32Array(right.length)
  const rest = right
  const direction = right.slice()
  const start = Float64Array.from({ length: right.length / rows }, (_, column) => dot(right, right, column, rows))
  const left = start.slice()
  let open = Int32Array.from(start.keys()).filter(column => start[column]! > 0)
  for (let step = 0; step < mostSteps && open.length > 0; step++) {
    const image = await apply(gather(direction, open, rows), open)
    const next: number[] = []
    for (const [place, column] of open.entries()) {
      const bend = dotAt(direction, column * rows, image, place * rows, rows)
      if (!(bend > 0)) continue // rounding has taken all that was left
      const length = left[column]! / bend
      for (let at = 0, own = column * rows; at < rows; at++, own++) {
        solution[own]! += length * direction[own]!
        rest[own]! -= length * image[place * rows + at]!
      }
      const now = dot(rest, rest, column, rows)
      if (now <= tolerance ** 2 * start[column]!) continue
      const turn = now / left[column]!
      left[column] = now
      for (let at = column * rows; at < (column + 1) * rows; at++) direction[at] = rest[at]! + turn * direction[at]!
      next.push(column)
    }
    open = Int32Array.from(next)
  }
  return solution
}

function gather(columns: Float32Array, wanted: Int32Array, rows: number): Float32Array {
  if (wanted.length * rows === columns.length) return columns
  const some = new Float32Array(wanted.length * rows)
  for (const [place, column] of wanted.entries()) {
    some.set(columns.subarray(column * rows, (column + 1) * rows), place * rows)
  }
  return some
}

function dot(left: Float32Array, right: Float32Array, column: number, rows: number): number {
  return dotAt(left, column * rows, right, column * rows, rows)
}

type Numbers = Float32Array | Float64Array

/** Sum of the products of `length` numbers of each, from some place on. */
export function dotAt(left: Numbers, from: number, right: Numbers, to: number, length: number): number {
  let sum = 0
  for (let at = 0; at < length; at++) sum += left[from + at]! * right[to + at]!
  return sum
}
