import type { PictureFormat } from './signatures.ts'
import { HEIGHT, readTiffFields, WIDTH } from './tiff.ts'

/** No picture is as long; PNG's decoder has the same limit, JPEG, WebP and GIF cannot say more than 65535. */
export const MAX_SIDE = 1_000_000

/**
 * The longest side that a header tells, in pixels, for the formats whose decoders would go on with any number; else 0.
 * A picture of one row is within any limit of pixels, and still more than they can take.
 */
export function longestSide(bytes: Uint8Array, format: PictureFormat): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  try {
    if (format === 'TIFF') return longestTiffSide(view)
    if (format === 'AVIF') return longestAvifSide(view)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error // else the file ends early: the decoder will find out
  }
  return 0
}

function longestTiffSide(view: DataView): number {
  const fields = readTiffFields(view)
  return Math.max(...[WIDTH, HEIGHT].map(tag => fields.get(tag)?.at(0) ?? 0))
}

/** Of every image in the file; a box `ispe` holds a version, a width and a height. */
function longestAvifSide(view: DataView): number {
  const head = Buffer.from(view.buffer, view.byteOffset, Math.min(view.byteLength, 65_536))
  let longest = 0
  for (let at = head.indexOf('ispe'); at >= 0; at = head.indexOf('ispe', at + 4)) {
    longest = Math.max(longest, view.getUint32(at + 8), view.getUint32(at + 12))
  }
  return longest
}
