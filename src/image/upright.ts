import type { Pixels } from './fit.ts'
import { DEFAULT_LIMITS, type DecodeLimits } from './limits.ts'
import { withPicture } from './open.ts'

/**
 * Decodes a picture as people see it: upright, in its own shape, as large as fits a box.
 *
 * @throws PictureError for everything that is wrong with the picture
 */
export function decodeUpright(
  source: string | Uint8Array,
  box: { readonly width: number; readonly height: number },
  limits: DecodeLimits = DEFAULT_LIMITS,
): Promise<Pixels> {
  return withPicture(source, limits, async open => {
    const { data, info } = await open()
      .flatten({ background: '#ffffff' })
      .resize(box.width, box.height, { fit: 'inside' })
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true })
    if (info.channels !== 3) throw new Error(`decoded to ${info.channels} channels`)
    return { data, width: info.width, height: info.height }
  })
}
