/** A matrix that stays in a runtime, to multiply others with. */
export interface Products {
  /** left [n, rows] → left · M, [n, width] */
  times(left: Float32Array): Promise<Float32Array>
  /**
   * left [n, width] → left · Mᵀ, [n, rows]
   *
   * @param memory for the product, where it is enough: much that is new would have all objects looked through for what may go
   */
  timesTransposed(left: Float32Array, memory?: Float32Array): Promise<Float32Array>
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
