import type { BottleneckCache } from './cache.ts'
import { floatsOf, type RowFile, type RowNumbers } from './rowFile.ts'
import type { LayerWanted, MatrixTarget, RowTarget } from './target.ts'

/** Last features in memory, and of each column where they begin in a whole row their column in this matrix. */
export interface LastRows {
  readonly target: MatrixTarget
  readonly columns: ReadonlyMap<number, number>
}

/** Rows of a file from its row `first` on and, where they are wanted, their last features in memory too. */
export class FileTarget implements RowTarget {
  readonly #file: RowFile
  readonly #first: number
  readonly #last: LastRows | undefined

  constructor(file: RowFile, first = 0, last?: LastRows) {
    this.#file = file
    this.#first = first
    this.#last = last
  }

  put(row: number, column: number, numbers: RowNumbers): void {
    this.#file.put(this.#first + row, column, numbers)
    const own = this.#last?.columns.get(column)
    if (own !== undefined) this.#last!.target.put(row, own, floatsOf(numbers))
  }

  recall(cache: BottleneckCache, { identity, column, length, rows }: LayerWanted, signal: AbortSignal | undefined) {
    const hashes = rows.map(({ hash }) => hash)
    const put = (at: number, numbers: RowNumbers) => this.put(rows[at]!.row, column, numbers)
    return cache.readEach(identity, hashes, length, put, signal)
  }
}
