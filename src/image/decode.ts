import type { Sharp } from 'sharp'
import { fitSquare } from './fit.ts'
import { DEFAULT_LIMITS, type DecodeLimits } from './limits.ts'
import { withPicture } from './open.ts'
import type { Recipe, Resize } from './recipe.ts'
import type { PictureFormat } from './signatures.ts'
import { decodeSmallJpeg } from './smallJpeg.ts'

/** A crop keeps all of the picture until here: rows that nobody asked for would not be read, nor found truncated. */
const FITS = { stretch: 'fill', crop: 'outside', pad: 'inside' } as const satisfies Record<Resize, string>

/**
 * Decodes one picture into a network's input: upright (EXIF), transparency on white, sRGB, 8 bit, the first frame or
 * page that is not of one colour, resized with an antialiasing filter. `pad` fills up with the recipe's mean, which the network sees as 0. The
 * format is told by content. Any number of calls may be made at once: a few run, the rest wait their turn.
 *
 * @param source a file's path, or its bytes (not to be changed until the promise settles)
 * @returns uint8 RGB, [size, size, 3]
 * @throws PictureError for everything that is wrong with the picture
 */
export async function decodePicture(
  source: string | Uint8Array,
  recipe: Recipe,
  limits: DecodeLimits = DEFAULT_LIMITS,
): Promise<Uint8Array> {
  const [pixels] = await decodeForAll(source, [recipe], limits)
  return pixels!
}

/**
 * Decodes one picture into the inputs of several networks: it is read and opened once, and recipes that ask for the same
 * pixels share them. Each network gets what `decodePicture` would give it.
 *
 * @returns in the order of the recipes
 * @throws PictureError for everything that is wrong with the picture
 */
export async function decodeForAll(
  source: string | Uint8Array,
  recipes: readonly Recipe[],
  limits: DecodeLimits = DEFAULT_LIMITS,
): Promise<Uint8Array[]> {
  const keys = recipes.map(pixelsKey)
  const different = recipes.filter((_, i) => keys.indexOf(keys[i]!) === i)
  const look = async (open: () => Sharp, format: PictureFormat) => {
    const squares: Uint8Array[] = []
    for (const recipe of different) squares.push(await squareOf(open(), format, recipe))
    return squares
  }
  const squares = await withPicture(source, limits, look, async (bytes, header, format) =>
    format === 'JPEG' ? decodeSmallJpeg(bytes, header, different) : undefined,
  )
  const differentKeys = different.map(pixelsKey)
  return keys.map(key => squares[differentKeys.indexOf(key)]!)
}

/** Equal for recipes that give the same pixels: the mean only shows where it fills up. */
function pixelsKey({ size, resize, mean }: Recipe): string {
  return resize === 'pad' ? `${size} pad ${mean.join(' ')}` : `${size} ${resize}`
}

async function squareOf(opened: Sharp, format: PictureFormat, recipe: Recipe): Promise<Uint8Array> {
  const { size, resize } = recipe
  // A JPEG has nothing transparent.
  const opaque = format === 'JPEG' ? opened : opened.flatten({ background: '#ffffff' })
  const { data, info } = await opaque
    .resize(size, size, {
      fit: FITS[resize],
      withoutEnlargement: true,
      kernel: 'linear',
      // JPEG's way of decoding at 1/2, 1/4 or 1/8 changes the result by less than half a grey level, WebP's by more.
      fastShrinkOnLoad: format === 'JPEG',
    })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
  const { width, height, channels } = info
  if (channels !== 3) throw new Error(`decoded to ${channels} channels`)
  return fitSquare({ data, width, height }, recipe)
}
