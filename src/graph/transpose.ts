/** Rows that are transposed together: what they share of a line of the processor's memory is written at once. */
const TILE = 16

/** [rows, columns] → [columns, rows]. @param result receives it */
export function transposed(
  values: Float32Array,
  rows: number,
  columns: number,
  result: Float32Array = new Float32Array(values.length),
): Float32Array {
  for (let first = 0; first < rows; first += TILE) {
    const end = Math.min(rows, first + TILE)
    for (let column = 0; column < columns; column++) {
      for (let row = first; row < end; row++) result[column * rows + row] = values[row * columns + column]!
    }
  }
  return result
}

type Four = readonly [number, number, number, number]

/** Four axes in another order: axis i of the result is axis `perm[i]` of `data`. */
export function permuted(data: Float32Array, shape: Four, perm: Four): Float32Array {
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
