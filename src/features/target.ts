import type { BottleneckCache } from './cache.ts'

/** Bottlenecks of one layer that are looked for in the cache, and the rows they are of. */
export interface LayerWanted {
  readonly identity: string
  /** Where in a row the layer begins. */
  readonly column: number
  readonly length: number
  readonly rows: readonly { readonly row: number; readonly hash: string }[]
}

/** Where the numbers of rows go: into memory, or to a file where there are more than fit. */
export interface RowTarget {
  /** Puts numbers of a row in their place, from a column on: one layer's, or several ones'. */
  put(row: number, column: number, numbers: Float32Array): void
  /**
   * Puts what a cache has of a layer in its place.
   *
   * @returns of each row whether it was there
   * @throws the signal's reason when aborted
   */
  recall(cache: BottleneckCache, wanted: LayerWanted, signal: AbortSignal | undefined): Promise<boolean[]>
}

/** Rows in memory, [rows, width]. */
export class MatrixTarget implements RowTarget {
  readonly #values: Float32Array
  readonly #width: number

  constructor(values: Float32Array, width: number) {
    this.#values = values
    this.#width = width
  }

  put(row: number, column: number, numbers: Float32Array): void {
    this.#values.set(numbers, row * this.#width + column)
  }

  recall(cache: BottleneckCache, { identity, column, length, rows }: LayerWanted, signal: AbortSignal | undefined) {
    const wanted = rows.map(({ row, hash }) => ({ hash, offset: row * this.#width + column }))
    return cache.readAll(identity, wanted, this.#values, length, signal)
  }
}
