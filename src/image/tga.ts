import { PictureError } from './pictureError.ts'
import type { Raster } from './raster.ts'

/** What is read of a Truevision TGA's header (version 2.0 of its format, 1991). */
export interface TgaHeader {
  readonly width: number
  readonly height: number
  /** Of a pixel: 8, 16, 24 or 32. */
  readonly bits: number
  /** Runs of equal pixels are written once. */
  readonly isPacked: boolean
}

/** Where the pixels begin: what has a description or a palette before them is not taken for a TGA. */
const PIXELS = 18

/** @throws RangeError where the file ends in its header */
export function tgaHeader(view: DataView): TgaHeader {
  return {
    width: view.getUint16(12, true),
    height: view.getUint16(14, true),
    bits: view.getUint8(16),
    isPacked: (view.getUint8(2) & 8) !== 0,
  }
}

/** Whether the file ends before its last pixel. @throws RangeError where it ends in its header */
export function tgaEndsEarly(view: DataView): boolean {
  const { width, height, bits, isPacked } = tgaHeader(view)
  const size = Math.ceil(bits / 8)
  if (!isPacked) return PIXELS + width * height * size > view.byteLength
  let at = PIXELS
  for (let pixels = 0; pixels < width * height; ) {
    const packet = view.getUint8(at)
    const length = (packet & 127) + 1
    at += 1 + (packet & 128 ? 1 : length) * size
    pixels += length
  }
  return at > view.byteLength
}

/**
 * Decodes a TGA of grey or of colours. What is in its fourth byte is no transparency to many programs that write it, so it is
 * left out.
 *
 * @throws PictureError `unsupported` for 16 bits; anything for a damaged file
 */
export async function decodeTga(bytes: Uint8Array): Promise<Raster> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const { width, height, bits } = tgaHeader(view)
  if (bits === 16) throw new PictureError('unsupported', 'TGA of 16 bits is not supported: convert it to JPEG or PNG')
  if (tgaEndsEarly(view)) throw new Error('ends early')
  // @ts-expect-error it has no types
  const { default: Tga } = await import('tga-js')
  const tga = new Tga()
  tga.load(bytes)
  const rgba = new Uint8Array(width * height * 4)
  tga.getImageData({ data: rgba, width, height })
  const data = new Uint8Array(width * height * 3)
  for (let from = 0, to = 0; from < rgba.length; from += 4) {
    data[to++] = rgba[from]!
    data[to++] = rgba[from + 1]!
    data[to++] = rgba[from + 2]!
  }
  return { data, width, height, channels: 3 }
}
