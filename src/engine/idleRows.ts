import type { HeadProblem } from './engine.ts'

/** Rows of steps in turn, [steps * batch]. */
export interface Batches {
  readonly rows: Int32Array
  readonly batch: number
}

/**
 * Rows that train none of some heads: those of a learning curve train on an eighth of all rows. What a step costs in the
 * kernel's form is the rows of its batch, so these are left out of it. What is left is summed in the same order.
 */
export class IdleRows {
  readonly #isIdle: Uint8Array
  /** One of them, -1 where there is none. */
  readonly #first: number

  constructor({ rows, heads, active }: Pick<HeadProblem, 'rows' | 'heads' | 'active'>) {
    this.#isIdle = new Uint8Array(rows).fill(1)
    for (let at = 0; at < active.length; at++) if (active[at] !== 0) this.#isIdle[Math.floor(at / heads)] = 0
    this.#first = this.#isIdle.indexOf(1)
  }

  /** Batches without them, all as long as the longest of these: one of them fills the others up. */
  without(rows: Int32Array, batch: number): Batches {
    if (this.#first < 0) return { rows, batch }
    const isIdle = this.#isIdle
    let longest = 1
    for (let start = 0; start < rows.length; start += batch) {
      let count = 0
      for (let at = start; at < start + batch; at++) count += 1 - isIdle[rows[at]!]!
      longest = Math.max(longest, count)
    }
    const left = new Int32Array((rows.length / batch) * longest).fill(this.#first)
    for (let start = 0, first = 0; start < rows.length; start += batch, first += longest) {
      let to = first
      for (let at = start; at < start + batch; at++) if (isIdle[rows[at]!] === 0) left[to++] = rows[at]!
    }
    return { rows: left, batch: longest }
  }
}
