import type { PictureFormat } from './signatures.ts'
import { HEIGHT, readTiffFields, WIDTH } from './tiff.ts'

/** Longer than any real picture. PNG's decoder has the same limit; the headers of JPEG, WebP and GIF end at 65,535. */
export const MAX_SIDE = 1_000_000

/**
 * The longest side that a header claims, in pixels, for the formats whose decoders have no limit of their own; else 0. A
 * limit of pixels alone is not enough: a picture of a single row can pass it and still be too long for the decoder.
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
