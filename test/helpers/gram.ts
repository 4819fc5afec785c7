/** Products of all rows with all rows, plus `more`, in double precision: [rows, rows]. */
export function gramOf(values: ArrayLike<number>, rows: number, more = 0): Float32Array {
  const width = values.length / rows
  return Float32Array.from({ length: rows * rows }, (_, at) => {
    const [row, other] = [Math.floor(at / rows), at % rows]
    let sum = more
    for (let place = 0; place < width; place++) sum += values[row * width + place]! * values[other * width + place]!
    return sum
  })
}

/** [columns, rows] times a symmetric matrix, [rows, rows]. */
export function timesSymmetric(left: Float32Array, matrix: Float32Array, rows: number): Float32Array {
  return Float32Array.from(left, (_, at) => {
    const [column, row] = [Math.floor(at / rows), at % rows]
    let sum = 0
    for (let place = 0; place < rows; place++) sum += left[column * rows + place]! * matrix[row * rows + place]!
    return sum
  })
}
