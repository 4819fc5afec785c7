import type { Header } from './header.ts'
import { decodeHere } from './jpegHere.ts'
import { jpegThreads } from './jpegThreads.ts'
import { isPlainJpeg } from './plainJpeg.ts'
import type { Recipe } from './recipe.ts'
import { isShrunkAlike } from './shrink.ts'

/** Some milliseconds of this thread. */
const MAX_PIXELS = 256_000

/**
 * Decodes a small JPEG past sharp, where that gives the same pixels: around a picture of 300 x 200 pixels, libvips is busy for
 * three times as long as with it.
 *
 * @returns in the order of the recipes; undefined where the picture is left to sharp, be it damaged or out of the ordinary
 */
export async function decodeSmallJpeg(
  bytes: Uint8Array,
  { width, height }: Header,
  recipes: readonly Recipe[],
): Promise<Uint8Array[] | undefined> {
  if (width * height > MAX_PIXELS || !recipes.every(recipe => isShrunkAlike(width, height, recipe))) return undefined
  if (!isPlainJpeg(bytes)) return undefined
  const work = { bytes, width, height, recipes }
  const elsewhere = jpegThreads.decode(work)
  return elsewhere ? elsewhere.catch(() => decodeHere(work)) : decodeHere(work)
}
