import { pnmHeader } from './pnm.ts'
import type { PictureFormat } from './signatures.ts'
import { tgaEndsEarly } from './tga.ts'
import { readTiffFields, STRIP_LENGTHS, STRIP_OFFSETS, TILE_LENGTHS, TILE_OFFSETS } from './tiff.ts'

/**
 * Tells whether a file ends before its own structure says so; asked of files that the decoder has refused. The
 * decoder's words will not do: it keeps them in one place for all pictures that are being decoded.
 */
export function endsEarly(bytes: Uint8Array, format: PictureFormat): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  try {
    return ENDS_EARLY[format](view)
  } catch (error) {
    if (error instanceof RangeError) return true // read past the end
    throw error
  }
}

/** One a format; they may read past the end. */
const ENDS_EARLY: Readonly<Record<PictureFormat, (view: DataView) => boolean>> = {
  JPEG: view => {
    let at = 2
    // To the first scan, over all segments: a preview in one of them has an end of its own.
    for (let marker = view.getUint16(at); marker !== 0xffda; marker = view.getUint16(at)) {
      if (marker < 0xff01) return false
      at += marker === 0xffff ? 1 : 2 + view.getUint16(at + 2)
    }
    while (at < view.byteLength - 1) if (view.getUint16(at++) === 0xffd9) return false
    return true
  },

  PNG: view => {
    for (let at = 8; ; ) {
      const end = at + 12 + view.getUint32(at)
      if (end > view.byteLength) return true
      if (view.getUint32(at + 4) === 0x49454e44) return false // IEND
      at = end
    }
  },

  WebP: view => view.getUint32(4, true) + 8 > view.byteLength,

  GIF: view => {
    const colours = (at: number) => ((view.getUint8(at) & 0x80) === 0 ? 0 : 6 << (view.getUint8(at) & 7))
    let at = 13 + colours(10)
    for (;;) {
      const kind = view.getUint8(at)
      if (kind === 0x3b) return false
      if (kind === 0x21) at += 2
      else if (kind === 0x2c) at += 11 + colours(at + 9)
      else return false
      while (view.getUint8(at) !== 0) at += view.getUint8(at) + 1
      at++
    }
  },

  TIFF: view => {
    const fields = readTiffFields(view)
    if ([...fields.values()].some(field => field.end > view.byteLength)) return true
    const offsets = fields.get(STRIP_OFFSETS) ?? fields.get(TILE_OFFSETS)
    const lengths = fields.get(STRIP_LENGTHS) ?? fields.get(TILE_LENGTHS)
    if (offsets === undefined || lengths === undefined) return false
    for (let i = 0; i < Math.min(offsets.count, lengths.count); i++) {
      if (offsets.at(i) + lengths.at(i) > view.byteLength) return true
    }
    return false
  },

  AVIF: boxesEndEarly,
  HEIC: boxesEndEarly,

  BMP: view => {
    const rows = Math.abs(view.getInt32(22, true))
    const stride = Math.ceil((view.getInt32(18, true) * view.getUint16(28, true)) / 32) * 4
    const isCompressed = view.getUint32(30, true) === 1 || view.getUint32(30, true) === 2
    return view.getUint32(10, true) + (isCompressed ? view.getUint32(34, true) : rows * stride) > view.byteLength
  },

  TGA: tgaEndsEarly,

  PNM: view => {
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
    const { kind, width, height, white, at } = pnmHeader(bytes)
    const row = kind === 4 ? Math.ceil(width / 8) : width * (kind === 6 ? 3 : 1) * (white > 255 ? 2 : 1)
    return kind > 3 && at + row * height > bytes.length
  },
}

/** ISO base media: AVIF and HEIC. */
function boxesEndEarly(view: DataView): boolean {
  for (let at = 0; at < view.byteLength; ) {
    const length = view.getUint32(at)
    if (length === 0) return false // goes on to the end of the file
    if (length > 1 && length < 8) return false
    at += length === 1 ? Number(view.getBigUint64(at + 8)) : length
    if (at > view.byteLength) return true
  }
  return false
}
