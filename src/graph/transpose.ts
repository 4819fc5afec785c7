/** Rows that are transposed together: what they share of a line of the processor's memory is written at once. */
const TILE = 8

/** [rows, columns] → [columns, rows]. @param result receives it */
export function transposed(
  values: Float32Array,
  rows: number,
  columns: number,
  result: Float32Array = new Float32Array(values.length),
): Float32Array {
  const whole = rows - (rows % TILE)
  for (let first = 0; first < whole; first += TILE) {
    for (let column = 0; column < columns; column++) {
      const from = first * columns + column
      const to = column * rows + first
      // By hand: twice as fast as a loop.
      result[to] = values[from]!
      result[to + 1] = values[from + columns]!
      result[to + 2] = values[from + 2 * columns]!
      result[to + 3] = values[from + 3 * columns]!
      result[to + 4] = values[from + 4 * columns]!
      result[to + 5] = values[from + 5 * columns]!
      result[to + 6] = values[from + 6 * columns]!
      result[to + 7] = values[from + 7 * columns]!
    }
  }
  for (let row = whole; row < rows; row++) {
    for (let column = 0; column < columns; column++) result[column * rows + row] = values[row * columns + column]!
  }
  return result
}

type Four = readonly [number, number, number, number]

/** Four axes in another order: axis i of the result is axis `perm[i]` of `data`. */
export function permuted(data: Float32Array, shape: Four, perm: Four): Float32Array {
  const [first = 0, second = 0, third] = perm.filter(axis => shape[axis]! > 1)
  // Most weights of a network are those of its convolutions of 1 x 1, which a plain loop takes five times as long for.
  if (third === undefined && first > second) return transposed(data, shape[second]!, shape[first]!)
  const strides = [shape[1] * shape[2] * shape[3], shape[2] * shape[3], shape[3], 1]
  const [a, b, c, d] = perm.map(axis => shape[axis]!) as [number, number, number, number]
  const [stepA, stepB, stepC, stepD] = perm.map(axis => strides[axis]!) as [number, number, number, number]
  const result = new Float32Array(data.length)
  let at = 0
  for (let i = 0; i < a; i++) {
    for (let j = 0; j < b; j++) {
      for (let k = 0; k < c; k++) {
        let from = i * stepA + j * stepB + k * stepC
        for (let l = 0; l < d; l++, from += stepD) result[at++] = data[from]!
      }
    }
  }
  return result
}
