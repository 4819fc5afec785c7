import { availableParallelism } from 'node:os'
import { isMemoryLittle } from '../disk/memoryLimit.ts'
import type { Header } from './header.ts'
import { decodeHere } from './jpegHere.ts'
import { JpegThreads } from './jpegThreads.ts'
import { isPlainJpeg } from './plainJpeg.ts'
import type { Recipe } from './recipe.ts'
import { isShrunkAlike } from './shrink.ts'

/** Some milliseconds of this thread. */
const MAX_PIXELS = 256_000

const cores = availableParallelism()
/** Where cores run pictures through a network faster than one of them decodes: of up to four, decoding is a small part of one. */
const threads = new JpegThreads(cores > 4 && !isMemoryLittle() ? Math.min(4, cores >> 2) : 0)

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
  const elsewhere = threads.decode(work)
  return elsewhere ? elsewhere.catch(() => decodeHere(work)) : decodeHere(work)
}
