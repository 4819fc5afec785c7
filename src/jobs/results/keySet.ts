import { createHash } from 'node:crypto'

/** A JavaScript Set ends at 16 million values. */
const SETS = 4096

/**
 * Which keys were seen, of as many as there are: by 92 bits of their hash, spread over sets. That any two of a billion
 * keys are taken for one has a chance of less than one in a billion.
 */
export class KeySet {
  readonly #sets = Array.from({ length: SETS }, () => new Set<string>())

  /** False when it was there. */
  add(key: string): boolean {
    const hash = createHash('sha256').update(key).digest()
    const set = this.#sets[hash.readUInt16LE(0) % SETS]!
    const rest = hash.toString('latin1', 2, 12)
    if (set.has(rest)) return false
    set.add(rest)
    return true
  }
}
