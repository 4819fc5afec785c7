import { pnmHeader } from './pnm.ts'
import type { PictureFormat } from './signatures.ts'
import { tgaHeader } from './tga.ts'
import { BITS, HEIGHT, readTiffFields, SAMPLES, type TiffField, WIDTH } from './tiff.ts'

/** What a picture's header claims, as far as it tells what decoding takes. */
export interface Header {
  /** In pixels; the largest of several pictures in one file. */
  readonly width: number
  readonly height: number
  /** Of a pixel as the decoder makes it, before it is brought to 8 bits. */
  readonly bands: number
  readonly bytesPerSample: number
  /** Whether it can only be decoded as a whole: a progressive JPEG, an interlaced PNG. */
  readonly whole: boolean
}

/** Reads what a file's header claims; undefined where that can't be told: the decoder will find out why. */
export function readHeader(bytes: Uint8Array, format: PictureFormat): Header | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  try {
    return HEADERS[format](view)
  } catch (error) {
    if (error instanceof RangeError) return undefined // the file ends early
    throw error
  }
}

const EIGHT_BIT = { bands: 3, bytesPerSample: 1, whole: false }
/** Of a PNG's pixels, by the type of colour. */
const PNG_BANDS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 3, 4: 2, 6: 4 }
/** JPEG's frames of every kind, and those of them that come in several scans. */
const FRAMES = new Set([0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf])
const PROGRESSIVE = new Set([0xc2, 0xc6, 0xca, 0xce])

/** One a format; they may read past the end. */
const HEADERS: Readonly<Record<PictureFormat, (view: DataView) => Header | undefined>> = {
  JPEG: view => {
    const frame = jpegFrame(view)
    if (frame === undefined) return undefined
    const { marker, at } = frame
    return {
      height: view.getUint16(at + 5),
      width: view.getUint16(at + 7),
      bands: sampling(view, at + 9),
      bytesPerSample: 1,
      whole: PROGRESSIVE.has(marker),
    }
  },

  PNG: view => ({
    width: view.getUint32(16),
    height: view.getUint32(20),
    bands: PNG_BANDS[view.getUint8(25)] ?? 4,
    bytesPerSample: view.getUint8(24) === 16 ? 2 : 1,
    whole: view.getUint8(28) !== 0,
  }),

  WebP: view => {
    const kind = view.getUint32(12)
    if (kind === 0x56503858) return { width: 1 + uint24(view, 24), height: 1 + uint24(view, 27), ...EIGHT_BIT } // VP8X
    if (kind === 0x5650384c) {
      const bits = view.getUint32(21, true) // VP8L
      return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff), ...EIGHT_BIT }
    }
    return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff, ...EIGHT_BIT }
  },

  GIF: view => ({ width: view.getUint16(6, true), height: view.getUint16(8, true), ...EIGHT_BIT }),

  TIFF: view => {
    const fields = readTiffFields(view)
    const [width, height, samples, bits] = [WIDTH, HEIGHT, SAMPLES, BITS].map(tag => firstOf(fields.get(tag)))
    if (!width || !height) return undefined
    return { width, height, bands: samples ?? 1, bytesPerSample: Math.ceil((bits ?? 8) / 8), whole: false }
  },

  AVIF: boxedHeader,
  HEIC: boxedHeader,

  BMP: view => ({ width: Math.abs(view.getInt32(18, true)), height: Math.abs(view.getInt32(22, true)), ...EIGHT_BIT }),

  TGA: view => ({ ...tgaHeader(view), ...EIGHT_BIT }),

  PNM: view => {
    const { width, height } = pnmHeader(new Uint8Array(view.buffer, view.byteOffset, view.byteLength))
    return { width, height, ...EIGHT_BIT }
  },
}

/** ISO base media: AVIF and HEIC. */
function boxedHeader(view: DataView): Header | undefined {
  const head = Buffer.from(view.buffer, view.byteOffset, Math.min(view.byteLength, 65_536))
  let largest: Header | undefined
  // A box `ispe` holds a version, a width and a height, one for every image in the file.
  for (let at = head.indexOf('ispe'); at >= 0; at = head.indexOf('ispe', at + 4)) {
    const [width, height] = [view.getUint32(at + 8), view.getUint32(at + 12)]
    if (largest === undefined || width * height > largest.width * largest.height) {
      largest = { width, height, ...EIGHT_BIT, bytesPerSample: isDeep(view, head.indexOf('pixi')) ? 2 : 1 }
    }
  }
  return largest
}

/** A JPEG's frame: where its marker is, which, and the bits of its samples; undefined where none is found. */
export function jpegFrame(view: DataView): { at: number; marker: number; bits: number } | undefined {
  for (let at = 2; ; ) {
    const marker = view.getUint8(at + 1)
    if (view.getUint8(at) !== 0xff) return undefined
    if (FRAMES.has(marker)) return { at, marker, bits: view.getUint8(at + 4) }
    at += marker === 0xff ? 1 : 2 + view.getUint16(at + 2)
  }
}

/** Samples a pixel of a JPEG, chroma counted as it is subsampled: 1.5 for 4:2:0. @param at the number of components */
function sampling(view: DataView, at: number): number {
  const areas = Array.from({ length: view.getUint8(at) }, (_, i) => {
    const factors = view.getUint8(at + 2 + i * 3)
    return (factors >> 4) * (factors & 15)
  })
  const largest = Math.max(...areas, 1)
  return areas.reduce((sum, area) => sum + area / largest, 0)
}

/** Whether an AVIF's box `pixi` tells of more than 8 bits: it holds a version, a count, and the bits of each channel. */
function isDeep(view: DataView, at: number): boolean {
  return at >= 0 && view.getUint8(at + 9) > 8
}

function uint24(view: DataView, at: number): number {
  return view.getUint16(at, true) | (view.getUint8(at + 2) << 16)
}

function firstOf(field: TiffField | undefined): number | undefined {
  return field?.at(0)
}
