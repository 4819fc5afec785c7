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
