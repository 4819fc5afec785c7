import { DEFAULT_LIMITS, type DecodeLimits } from './limits.ts'
import { withPicture } from './open.ts'

/** Of a page's own thumbnails, longer side in pixels, and JPEG quality: about 8 KB, and sharp where a page shows it at half its size. */
const SIDE = 240
const QUALITY = 62

/**
 * A picture in small, as a `data:` URI that a page holds itself.
 *
 * @throws PictureError for everything that is wrong with the picture
 */
export async function thumbnail(source: string | Uint8Array, limits: DecodeLimits = DEFAULT_LIMITS): Promise<string> {
  const bytes = await smallJpeg(source, SIDE, QUALITY, limits)
  return `data:image/jpeg;base64,${bytes.toString('base64')}`
}

/**
 * A picture as a JPEG of which the longer side has at most so many pixels: upright, on white, sRGB.
 *
 * @param quality 1 to 100
 * @throws PictureError for everything that is wrong with the picture
 */
export function smallJpeg(
  source: string | Uint8Array,
  side: number,
  quality: number,
  limits: DecodeLimits = DEFAULT_LIMITS,
): Promise<Buffer> {
  return withPicture(source, limits, open =>
    open()
      .flatten({ background: '#ffffff' })
      .resize(side, side, { fit: 'inside', withoutEnlargement: true })
      .toColourspace('srgb')
      .jpeg({ quality })
      .toBuffer(),
  )
}
