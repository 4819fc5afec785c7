/** Feature vectors of pictures, row by row. */
export interface FeatureMatrix {
  /** [rows, width], row-major */
  readonly values: Float32Array
  readonly rows: number
  readonly width: number
}

/** Keeps the rows named, in that order, in place: the matrix may be most of the memory there is. */
export function keepRows(matrix: FeatureMatrix, rows: readonly number[]): FeatureMatrix {
  const { values, width } = matrix
  if (rows.length === matrix.rows) return matrix
  rows.forEach((from, to) => {
    values.copyWithin(to * width, from * width, (from + 1) * width)
  })
  return { values: values.subarray(0, rows.length * width), rows: rows.length, width }
}

/** Matrices of the same rows side by side. */
export function joinColumns(matrices: readonly FeatureMatrix[]): FeatureMatrix {
  const [first, ...others] = matrices
  if (first === undefined || others.length === 0) return first ?? { values: new Float32Array(0), rows: 0, width: 0 }
  const { rows } = first
  const width = matrices.reduce((sum, matrix) => sum + matrix.width, 0)
  const values = new Float32Array(rows * width)
  let column = 0
  for (const matrix of matrices) {
    for (let row = 0; row < rows; row++) {
      values.set(matrix.values.subarray(row * matrix.width, (row + 1) * matrix.width), row * width + column)
    }
    column += matrix.width
  }
  return { values, rows, width }
}
