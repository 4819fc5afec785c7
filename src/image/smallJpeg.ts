import { once } from '../flow/once.ts'
import { fitSquare } from './fit.ts'
import type { Header } from './header.ts'
import type { JpegDecoder } from './jpegDecoder.ts'
import { isPlainJpeg } from './plainJpeg.ts'
import type { Recipe } from './recipe.ts'
import { isShrunkAlike, shrink } from './shrink.ts'

/** Some milliseconds of this thread. */
const MAX_PIXELS = 256_000

/**
 * Decodes a small JPEG in this thread, where that gives what sharp and libvips give: around a picture of 300 x 200 pixels these
 * are busy for three times as long as with it.
 *
 * @returns what makes a network's input of it; undefined where the picture is left to sharp, be it damaged or out of the ordinary
 */
export async function decodeSmallJpeg(
  bytes: Uint8Array,
  { width, height }: Header,
  recipes: readonly Recipe[],
): Promise<((recipe: Recipe) => Uint8Array) | undefined> {
  if (width * height > MAX_PIXELS || !recipes.every(recipe => isShrunkAlike(width, height, recipe))) return undefined
  if (!isPlainJpeg(bytes)) return undefined
  const picture = decoded(bytes, await started())
  if (picture?.width !== width || picture.height !== height) return undefined
  return recipe => fitSquare(shrink(picture, recipe), recipe)
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
