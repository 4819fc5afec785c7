import { fitSquare } from './fit.ts'
import { DEFAULT_LIMITS, type DecodeLimits } from './limits.ts'
import { withPicture } from './open.ts'
import type { Recipe, Resize } from './recipe.ts'

/** A crop keeps all of the picture until here: rows that nobody asked for would not be read, nor found truncated. */
const FITS = { stretch: 'fill', crop: 'outside', pad: 'inside' } as const satisfies Record<Resize, string>

/**
 * Decodes one picture into a network's input: upright (EXIF), transparency on white, sRGB, 8 bit, the first frame or
 * page, resized with an antialiasing filter. `pad` fills up with the recipe's mean, which the network sees as 0. The
 * format is told by content. Any number of calls may be made at once: a few run, the rest wait their turn.
 *
 * @param source a file's path, or its bytes (not to be changed until the promise settles)
 * @returns uint8 RGB, [size, size, 3]
 * @throws PictureError for everything that is wrong with the picture
 */
export function decodePicture(
  source: string | Uint8Array,
  recipe: Recipe,
  limits: DecodeLimits = DEFAULT_LIMITS,
): Promise<Uint8Array> {
  const { size, resize } = recipe
  return withPicture(source, limits, async (opened, format) => {
    const { data, info } = await opened
      .flatten({ background: '#ffffff' })
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
  })
}
