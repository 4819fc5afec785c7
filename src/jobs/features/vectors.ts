import type { Backbone } from '../../backbone/backbone.ts'
import { messageOf, UserError } from '../../errors.ts'
import type { Layer } from '../../features/identity.ts'
import { decodePart, type Part } from '../../features/part.ts'
import { columnsOf } from '../../features/rows.ts'
import { halvesToFloats } from '../../graph/tensor.ts'
import { ItemError, type Store } from '../../storage/store.ts'
import { HASH_BYTES } from '../../table/arrow.ts'
import { type FeaturesHeading, vectorsKey } from './form.ts'

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

/** One layer's vectors of a batch. @throws UserError `E_PART` for damage */
export async function readVectors(
  store: Store,
  batch: string,
  { number, identity, length }: NumberedLayer,
  signal: AbortSignal | undefined,
): Promise<Part> {
  const key = vectorsKey(batch, number)
  const item = { key, size: undefined, etag: '' }
  const bytes = await orDamaged(store, key, () => store.read(item, { most: LARGEST, signal }))
  try {
    const part = decodePart(new Uint8Array(bytes)) // a copy: at the start of a buffer of its own
    if (part.identity !== identity || part.width !== length) throw new Error('it is of another network')
    return part
  } catch (error) {
    throw damaged(store, key, error)
  }
}

/** A row of a part as float32. @throws Error where there is none, or it holds what is no number */
export function vectorOf({ vectors, width, rows }: Part, row: number): Float32Array {
  const own = vectors.subarray(row * width, (row + 1) * width)
  const floats = own instanceof Float32Array ? own : halvesToFloats(own)
  if (row >= rows || !floats.every(Number.isFinite)) throw new Error('it does not go with its index')
  return floats
}

/** sha256 of the picture of a row, hex. */
export function hashOf({ hashes }: Part, row: number): string {
  return Buffer.from(hashes.buffer, hashes.byteOffset + row * HASH_BYTES, HASH_BYTES).toString('hex')
}

/** Reads an object of the folder: one that is not what it must be is damage. */
export async function orDamaged<T>(store: Store, key: string, read: () => Promise<T>): Promise<T> {
  return await read().catch(error => {
    throw error instanceof ItemError ? damaged(store, key, error) : error
  })
}

export function damaged({ address }: Store, key: string, cause: unknown): UserError {
  const hint = 'Remove it and the index of its name, and run itc features again: only they are made anew.'
  return new UserError('E_PART', `The part ${key} of "${address}" is damaged: ${messageOf(cause)}.`, { hint, cause })
}
