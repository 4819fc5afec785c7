import { halvesToFloats } from '../graph/tensor.ts'
import { HASH_BYTES } from '../table/arrow.ts'
import type { Wanted } from './cache.ts'
import { allFinite } from './finite.ts'
import { HashTable } from './hashTable.ts'
import type { Part } from './part.ts'

/** Rows of a part that lie side by side where they are wanted, too: a training asks in the order in which it wrote. */
export interface Run {
  /** Rows of the part, `end` not among them. */
  readonly start: number
  end: number
  /** Number of the first one among what is wanted; of the others in `firsts`. */
  readonly firsts: number[]
}

/** Rows that are looked for in parts, by their pictures' hashes, and where they are to go. */
export class WantedRows {
  readonly #wanted: readonly Wanted[]
  readonly #table: HashTable
  readonly #target: Float32Array
  readonly width: number
  readonly found: boolean[]
  /** Pictures that are not in their places yet. */
  left: number

  constructor(wanted: readonly Wanted[], target: Float32Array, width: number) {
    this.#wanted = wanted
    this.#table = new HashTable(wanted.map(({ hash }) => hash))
    this.#target = target
    this.width = width
    this.found = new Array<boolean>(wanted.length).fill(false)
    this.left = this.#table.size
  }

  /** Which rows of a part are wanted: nobody else puts them in their places then, until they are given up. */
  claim(hashes: Uint8Array, rows: number): Run[] {
    const words = wordsOf(hashes)
    const runs: Run[] = []
    let next = -1
    for (let row = 0; row < rows; row++) {
      const at = this.#table.find(words, row)
      if (at < 0 || this.found[at]) continue
      this.found[at] = true
      const last = runs.at(-1)
      const { offset } = this.#wanted[at]!
      if (last?.end === row && next === offset) {
        last.end++
        last.firsts.push(at)
      } else runs.push({ start: row, end: row + 1, firsts: [at] })
      next = offset + this.width
    }
    return runs
  }

  /** Where a run goes. */
  placeOf({ firsts }: Run): Float32Array {
    const { offset } = this.#wanted[firsts[0]!]!
    return this.#target.subarray(offset, offset + firsts.length * this.width)
  }

  /**
   * For runs that are in their places. A row that is not all numbers is never believed.
   *
   * @param finite whether all of them are known to be
   */
  settle(runs: readonly Run[], finite: boolean): void {
    for (const { firsts } of runs) {
      for (const at of firsts) {
        if (finite || allFinite(this.#row(at))) this.#settle(at)
        else this.#giveUp(at)
      }
    }
  }

  giveUp(runs: readonly Run[]): void {
    for (const { firsts } of runs) for (const at of firsts) this.#giveUp(at)
  }

  #giveUp(at: number): void {
    this.#row(at).fill(0)
    this.found[at] = false
  }

  /** A picture that is wanted more than once goes to its other places, too. */
  #settle(first: number): void {
    this.left--
    for (let at = this.#table.next(first); at >= 0; at = this.#table.next(at)) {
      this.#row(at).set(this.#row(first))
      this.found[at] = true
    }
  }

  #row(at: number): Float32Array {
    const { offset } = this.#wanted[at]!
    return this.#target.subarray(offset, offset + this.width)
  }

  /** Copies a part's rows to their places. */
  take(part: Part): void {
    if (part.width !== this.width) return
    const vectors = part.vectors instanceof Float32Array ? part.vectors : halvesToFloats(part.vectors)
    const runs = this.claim(part.hashes, part.rows)
    for (const run of runs) {
      this.placeOf(run).set(vectors.subarray(run.start * this.width, run.end * this.width))
    }
    this.settle(runs, part.finite)
  }
}

/** sha256 sums as `HashTable` reads them. */
export function wordsOf(hashes: Uint8Array): Int32Array {
  const { buffer, byteOffset, byteLength } = hashes.byteOffset % 4 === 0 ? hashes : hashes.slice()
  return new Int32Array(buffer, byteOffset, Math.floor(byteLength / HASH_BYTES) * (HASH_BYTES / 4))
}
