import type { DecodeLimits } from './limits.ts'
import type { Raster } from './raster.ts'
import type { PictureFormat } from './signatures.ts'

type Decode = (bytes: Uint8Array, limits: DecodeLimits) => Promise<Raster | undefined>

/** What sharp can't decode, or would take for something else; each decoder is loaded with the first picture that needs it. */
const DECODERS: Partial<Record<PictureFormat, Decode>> = {
  BMP: async bytes => (await import('./bmp.ts')).decodeBmp(bytes),
  PNM: async bytes => (await import('./pnm.ts')).decodePnm(bytes),
  TGA: async bytes => (await import('./tga.ts')).decodeTga(bytes),
  HEIC: async bytes => (await import('./heic.ts')).decodeHeic(bytes),
  TIFF: async (bytes, { onNote }) => (await import('./tiffValues.ts')).decodeTiffValues(bytes, onNote),
}

/**
 * A picture's pixels where they are not left to sharp; undefined where they are.
 *
 * @throws PictureError for a picture that is understood and not supported; anything for a damaged one
 */
export async function rasterOf(
  bytes: Uint8Array,
  format: PictureFormat,
  limits: DecodeLimits,
): Promise<Raster | undefined> {
  return DECODERS[format]?.(bytes, limits)
}
