import { HASH_BYTES } from '../table/arrow.ts'

/** A sha256 in 32-bit words. */
const WORDS = HASH_BYTES / 4

/** Sums that are turned into bytes at once: many times faster than one by one. */
const AT_ONCE = 4096

/**
 * Finds sha256 sums in a list. Open addressing in flat arrays: a string and an object for each sum would take longer than
 * reading the vectors that it stands for.
 */
export class HashTable {
  /** [sums, 8] */
  readonly #words: Int32Array
  /** Places in the list, from 1; 0 for an empty slot. */
  readonly #slots: Int32Array
  /** Of each place the next one of the same sum, from 1. */
  readonly #next: Int32Array
  /** How many different ones there are. */
  size = 0

  /** @param hashes in hex */
  constructor(hashes: readonly string[]) {
    this.#words = wordsOf(hashes)
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * hashes.length + 2)))
    this.#next = new Int32Array(hashes.length)
    for (let at = 0; at < hashes.length; at++) this.#insert(at)
  }

  /**
   * @param words sums side by side, [rows, 8]
   * @returns the first place of the row's sum in the list, or -1
   */
  find(words: Int32Array, row: number): number {
    return this.#slots[this.#slotOf(words, row)]! - 1
  }

  /** Another place of the same sum, or -1. */
  next(at: number): number {
    return this.#next[at]! - 1
  }

  #insert(at: number): void {
    const slot = this.#slotOf(this.#words, at)
    const first = this.#slots[slot]!
    if (first === 0) {
      this.#slots[slot] = at + 1
      this.size++
    } else {
      this.#next[at] = this.#next[first - 1]!
      this.#next[first - 1] = at + 1
    }
  }

  /** The slot of a sum, or the empty one where it would be: the first bits of a sha256 are as good as any. */
  #slotOf(words: Int32Array, row: number): number {
    const mask = this.#slots.length - 1
    let slot = words[row * WORDS]! & mask
    for (; ; slot = (slot + 1) & mask) {
      const at = this.#slots[slot]!
      if (at === 0 || this.#isSame(at - 1, words, row)) return slot
    }
  }

  #isSame(at: number, words: Int32Array, row: number): boolean {
    for (let word = 0; word < WORDS; word++) {
      if (this.#words[at * WORDS + word] !== words[row * WORDS + word]) return false
    }
    return true
  }
}

function wordsOf(hashes: readonly string[]): Int32Array {
  const bytes = Buffer.from(new ArrayBuffer(hashes.length * HASH_BYTES))
  for (let at = 0; at < hashes.length; at += AT_ONCE) {
    bytes.write(hashes.slice(at, at + AT_ONCE).join(''), at * HASH_BYTES, 'hex')
  }
  return new Int32Array(bytes.buffer)
}
