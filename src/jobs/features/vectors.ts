import type { Backbone } from '../../backbone/backbone.ts'
import { UserError } from '../../errors.ts'
import type { Layer } from '../../features/identity.ts'
import { decodePart, type Part } from '../../features/part.ts'
import { columnsOf } from '../../features/rows.ts'
import { halvesToFloats } from '../../graph/tensor.ts'
import type { Store } from '../../storage/store.ts'
import { HASH_BYTES } from '../../table/arrow.ts'
import { damaged, orDamaged } from './damage.ts'
import { type FeaturesHeading, vectorsKey } from './form.ts'
import type { Indexed } from './indexed.ts'

/** Far more than the vectors of 256 pictures take. */
const LARGEST = 256e6

/** A layer of a network, its number among a batch's parts, and its column in a row. */
export type NumberedLayer = Layer & { readonly number: number }

/** @throws UserError `E_OTHER_RESULTS` where another network, or other layers, were computed */
export function numberedLayers(
  backbones: readonly Backbone[],
  { layers }: FeaturesHeading,
  address: string,
): NumberedLayer[] {
  return columnsOf(backbones).flatMap(column =>
    column.layers.map(layer => {
      const number = layers.indexOf(layer.identity)
      if (number >= 0) return { ...layer, number, first: column.first + layer.first }
      const { name } = column.backbone
      const message = `The features in "${address}" are not those of ${name} as it is to be used here.`
      const hint = 'Give --backbone, --layers and the like as they were given to itc features.'
      throw new UserError('E_OTHER_RESULTS', message, { hint })
    }),
  )
}

/** One layer's vectors of a batch, held against its index row by row. */
export class BatchVectors {
  readonly #part: Part
  readonly #damaged: (cause: unknown) => UserError

  private constructor(part: Part, damaged: (cause: unknown) => UserError) {
    this.#part = part
    this.#damaged = damaged
  }

  /** @throws UserError `E_PART` for damage */
  static async read(
    store: Store,
    { batch, digest }: Pick<Indexed, 'batch' | 'digest'>,
    { number, identity, length }: NumberedLayer,
    signal: AbortSignal | undefined,
  ): Promise<BatchVectors> {
    const key = vectorsKey(batch, number, digest)
    const item = { key, size: undefined, etag: '' }
    const bytes = await orDamaged(store, key, () => store.read(item, { most: LARGEST, signal }))
    const asDamaged = (cause: unknown) => damaged(store, key, cause)
    try {
      const part = decodePart(new Uint8Array(bytes)) // a copy: at the start of a buffer of its own
      if (part.identity !== identity || part.width !== length) throw new Error('it is of another network')
      return new BatchVectors(part, asDamaged)
    } catch (error) {
      throw asDamaged(error)
    }
  }

  /**
   * A row as float32.
   *
   * @param mark see `markOf`
   * @throws UserError `E_PART` where it is not that picture's, or holds what is no number
   */
  row(row: number, mark: number): Float32Array {
    const { vectors, width, rows } = this.#part
    const own = vectors.subarray(row * width, (row + 1) * width)
    const floats = own instanceof Float32Array ? own : halvesToFloats(own)
    if (row < rows && markOf(this.hashOf(row)) === mark && floats.every(Number.isFinite)) return floats
    throw this.#damaged(new Error('it does not go with its index'))
  }

  /** sha256 of the picture of a row, hex. */
  hashOf(row: number): string {
    const { hashes } = this.#part
    return Buffer.from(hashes.buffer, hashes.byteOffset + row * HASH_BYTES, HASH_BYTES).toString('hex')
  }
}

const MARK_DIGITS = 8

/** What is held of a picture's sha256, of millions of them: enough to tell that a row of vectors is its own. */
export function markOf(sha256: string): number {
  return Number.parseInt(sha256.slice(0, MARK_DIGITS), 16)
}
