import { addHeldOut, readHeldOut } from '../dataset/heldOut.ts'
import type { Collection } from './collection.ts'
import { UNLABELED } from './pictures/place.ts'

/** Share of what is labelled next that is drawn at random and kept to test by. */
const SHARE = 0.1
const EVERY = Math.round(1 / SHARE)

/** Hashes of pictures that no training learns from: an accuracy measured on hard pictures alone would look worse than it is. */
export class HeldApart {
  readonly #collection: Collection
  #hashes: ReadonlySet<string>

  private constructor(collection: Collection, hashes: ReadonlySet<string>) {
    this.#collection = collection
    this.#hashes = hashes
  }

  static async read(collection: Collection): Promise<HeldApart> {
    return new HeldApart(collection, await readHeldOut(collection.folder.root))
  }

  get hashes(): ReadonlySet<string> {
    return this.#hashes
  }

  /**
   * Mixes pictures that are kept apart among those to label next: every tenth. Drawn by their hashes, which know nothing
   * of what they show; those that still wait for their label are taken before new ones are drawn.
   *
   * @param ids in the order of worth
   */
  async mixedInto<T extends { readonly id: number }>(picked: readonly T[], held: (id: number) => T): Promise<T[]> {
    const { table, folder, readOnly } = this.#collection
    this.#hashes = await readHeldOut(folder.root) // `itc next` writes there too
    const rows = [...table.rows()].filter(({ place, sha256 }) => place === UNLABELED && sha256 !== undefined)
    const drawn = rows.sort((a, b) => (a.sha256! < b.sha256! ? -1 : 1))
    const waiting = drawn.filter(({ sha256 }) => this.#hashes.has(sha256!))
    const others = readOnly ? [] : drawn.filter(({ sha256 }) => !this.#hashes.has(sha256!))
    const apart = [...waiting, ...others].slice(0, Math.floor(picked.length * SHARE))
    await this.#hold(apart.flatMap(({ sha256 }) => sha256 ?? []))
    const ids = new Set(apart.map(({ id }) => id))
    const mixed = picked.filter(({ id }) => !ids.has(id)).slice(0, picked.length - apart.length)
    apart.forEach(({ id }, at) => {
      mixed.splice((at + 1) * EVERY - 1, 0, held(id))
    })
    return mixed
  }

  async #hold(hashes: readonly string[]): Promise<void> {
    const fresh = hashes.filter(hash => !this.#hashes.has(hash))
    await addHeldOut(this.#collection.folder.root, fresh)
    this.#hashes = new Set([...this.#hashes, ...fresh])
  }
}
