import { once } from '../flow/once.ts'
import { fitHeld } from './fit.ts'
import type { JpegDecoder } from './jpegDecoder.ts'
import type { Recipe } from './recipe.ts'
import { shrink } from './shrink.ts'

/** A plain JPEG, the size that its header tells, and what is to be made of it. */
export interface JpegWork {
  readonly bytes: Uint8Array
  readonly width: number
  readonly height: number
  readonly recipes: readonly Recipe[]
}

/** Decodes a picture in this thread; undefined where something is wrong with it. */
export async function decodeHere({ bytes, width, height, recipes }: JpegWork): Promise<Uint8Array[] | undefined> {
  const picture = decoded(bytes, await started())
  if (picture?.width !== width || picture.height !== height) return undefined
  return recipes.map(recipe => fitHeld(shrink(picture, recipe), recipe))
}

/** Undefined where it does not start: pictures can do without. */
const start = () => once(async () => (await import('./jpegDecoder.ts')).JpegDecoder.start().catch(() => undefined))

let started = start()

function decoded(bytes: Uint8Array, decoder: JpegDecoder | undefined) {
  try {
    return decoder?.decode(bytes)
  } catch {
    started = start() // it may have stopped anywhere
    return undefined
  }
}
