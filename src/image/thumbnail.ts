import { DEFAULT_LIMITS, type DecodeLimits } from './limits.ts'
import { withPicture } from './open.ts'

/** Longer side in pixels, and JPEG quality: about 3 KB, and still enough to see what a picture shows. */
const SIDE = 120
const QUALITY = 62

/**
 * A picture in small, as a `data:` URI that a page holds itself.
 *
 * @throws PictureError for everything that is wrong with the picture
 */
export function thumbnail(source: string | Uint8Array, limits: DecodeLimits = DEFAULT_LIMITS): Promise<string> {
  return withPicture(source, limits, async opened => {
    const bytes = await opened
      .flatten({ background: '#ffffff' })
      .resize(SIDE, SIDE, { fit: 'inside', withoutEnlargement: true })
      .toColourspace('srgb')
      .jpeg({ quality: QUALITY })
      .toBuffer()
    return `data:image/jpeg;base64,${bytes.toString('base64')}`
  })
}
