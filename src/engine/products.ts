/** A matrix that stays in a runtime, to multiply others with. */
export interface Products {
  /** left [n, rows] → left · M, [n, width] */
  times(left: Float32Array): Promise<Float32Array>
  /** left [n, width] → left · Mᵀ, [n, rows] */
  timesTransposed(left: Float32Array): Promise<Float32Array>
  /** Goes on with another matrix: what the runtime has made ready serves it too. */
  swap(matrix: Factor): void
  dispose(): Promise<void>
}

/** A matrix to multiply with, [rows, width]. */
export interface Factor {
  readonly values: Float32Array
  readonly rows: number
  readonly width: number
}
