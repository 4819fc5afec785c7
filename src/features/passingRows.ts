import { pause } from '../flow/pause.ts'
import { allFinite } from './finite.ts'
import { HashTable } from './hashTable.ts'
import type { Part } from './part.ts'
import { wordsOf } from './wantedRows.ts'

/** Rows between two pauses: some tens of milliseconds, whatever is done with them. */
const SLICE = 256

/** Gets numbers as they are kept: float16 as its bits. */
type Take = (at: number, numbers: Float32Array | Uint16Array) => void

/** Rows that are looked for in parts as these pass by, each given away as soon as it is found. */
export class PassingRows {
  readonly #table: HashTable
  readonly #width: number
  readonly #take: Take
  readonly found: boolean[]
  /** Different pictures that were not found yet. */
  #left: number

  /** @param hashes in hex; one that is there twice is given away twice */
  constructor(hashes: readonly string[], width: number, take: Take) {
    this.#table = new HashTable(hashes)
    this.#width = width
    this.#take = take
    this.found = new Array<boolean>(hashes.length).fill(false)
    this.#left = this.#table.size
  }

  /** @returns whether there is nothing left to find */
  async take(part: Part, signal: AbortSignal | undefined): Promise<boolean> {
    if (part.width !== this.#width) return false
    const words = wordsOf(part.hashes)
    for (let row = 0; row < part.rows && this.#left > 0; row++) {
      if (row % SLICE === SLICE - 1) await pause(signal)
      const first = this.#table.find(words, row)
      if (first >= 0 && !this.found[first]) this.#give(part, row, first)
    }
    return this.#left === 0
  }

  /** A row that is not all numbers is never believed. */
  #give({ vectors, width, finite }: Part, row: number, first: number): void {
    const numbers = vectors.subarray(row * width, (row + 1) * width)
    if (!finite && !allFinite(numbers)) return
    this.#left--
    for (let at = first; at >= 0; at = this.#table.next(at)) {
      this.found[at] = true
      this.#take(at, numbers)
    }
  }
}
