import { headLogits } from '../../head/head.ts'
import { familiarOf } from '../../model/familiar.ts'
import type { StoredModel } from '../../model/stored.ts'
import type { Seen } from './memory.ts'

/** To tell one compares it with all that was learnt: of so many new pictures a round. */
const A_ROUND = 500

/** Which pictures are unlike anything that the model learnt, by content. */
export class Strangers {
  readonly #known = new Map<string, boolean>()

  clear(): void {
    this.#known.clear()
  }

  has({ sha256 }: Seen): boolean {
    return this.#known.get(sha256 ?? '') === true
  }

  /** A 1 for each unlabelled stranger; those not looked at yet count as known until a later round. */
  flags(stored: StoredModel | undefined, pictures: readonly Seen[]): Uint8Array {
    let left = A_ROUND
    return Uint8Array.from(pictures, ({ label, sha256, vector }) => {
      if (stored === undefined || label !== null || sha256 === null) return 0
      const known = this.#known.get(sha256)
      if (known !== undefined) return Number(known)
      if (left-- <= 0) return 0
      const { unfamiliar } = familiarOf(stored, vector, headLogits(stored.head, vector))
      this.#known.set(sha256, unfamiliar)
      return Number(unfamiliar)
    })
  }
}
