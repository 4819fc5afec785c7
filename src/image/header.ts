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

  GIF: view => ({ ...gifExtent(view), ...EIGHT_BIT }),

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

/** What holds a GIF's screen and all its frames: one that is larger than the screen is decoded whole. */
function gifExtent(view: DataView): { width: number; height: number } {
  const short = (at: number) => view.getUint16(at, true)
  const tableBytes = (flags: number) => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0)
  let [width, height] = [short(6), short(8)]
  let at = 13 + tableBytes(view.getUint8(10))
  while (at + 9 < view.byteLength) {
    const block = view.getUint8(at)
    if (block === 0x2c) {
      width = Math.max(width, short(at + 1) + short(at + 5))
      height = Math.max(height, short(at + 3) + short(at + 7))
      at += 11 + tableBytes(view.getUint8(at + 9)) // the descriptor, its colours, and the size of a code
    } else if (block === 0x21) at += 2
    else break
    while (at < view.byteLength && view.getUint8(at) !== 0) at += 1 + view.getUint8(at)
    at += 1
  }
  return { width, height }
}

/** ISO base media: AVIF and HEIC. */
function boxedHeader(view: DataView): Header | undefined {
  const metas = boxes(view, 'meta')
  // A box `ispe` holds a version, a width and a height, one for every image in the file.
  const sizes = metas.flatMap(meta =>
    placesOf(meta, 'ispe').map(at => [u32(meta, at + 8), u32(meta, at + 12)] as const),
  )
  const [width, height] = sizes.sort((a, b) => b[0] * b[1] - a[0] * a[1])[0] ?? []
  if (width === undefined || height === undefined) return undefined
  return { width, height, ...EIGHT_BIT, bytesPerSample: metas.some(isDeep) ? 2 : 1 }
}

/** The outermost boxes of a kind. What lies before one, however long, is passed over. */
function boxes(view: DataView, kind: string): Buffer[] {
  const all = Buffer.from(view.buffer, view.byteOffset, view.byteLength)
  const found: Buffer[] = []
  for (let at = 0; at + 16 <= all.length; ) {
    const short = u32(all, at)
    const size = short === 1 ? Number(all.readBigUInt64BE(at + 8)) : short === 0 ? all.length - at : short
    if (size < 8) break
    if (all.toString('latin1', at + 4, at + 8) === kind) found.push(all.subarray(at, at + size))
    at += size
  }
  return found
}

function placesOf(bytes: Buffer, kind: string): number[] {
  const places: number[] = []
  for (let at = bytes.indexOf(kind); at >= 0; at = bytes.indexOf(kind, at + 4)) places.push(at)
  return places
}

/**
 * A JPEG's frame: where its marker is, which, and the bits of its samples; undefined where none is found. Bytes between
 * segments and markers without a length are passed over, as libjpeg does.
 */
export function jpegFrame(view: DataView): { at: number; marker: number; bits: number } | undefined {
  for (let at = 2; ; ) {
    while (view.getUint8(at) !== 0xff || view.getUint8(at + 1) === 0 || view.getUint8(at + 1) === 0xff) at++
    const marker = view.getUint8(at + 1)
    if (FRAMES.has(marker)) return { at, marker, bits: view.getUint8(at + 4) }
    if (marker === 0xd9 || marker === 0xda) return undefined // the end, or a scan without a frame
    at += 2 + (isBare(marker) ? 0 : view.getUint16(at + 2))
  }
}

/** Whether a JPEG's marker has no length behind it: TEM and RST0 to RST7. */
function isBare(marker: number): boolean {
  return marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)
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

/** Whether a box tells of more than 8 bits: `pixi` by the bits of its first channel, `av1C` by its flag. */
function isDeep(meta: Buffer): boolean {
  const byChannel = placesOf(meta, 'pixi').some(at => (meta[at + 9] ?? 0) > 8)
  return byChannel || placesOf(meta, 'av1C').some(at => ((meta[at + 6] ?? 0) & 0x40) !== 0)
}

function u32(bytes: Buffer, at: number): number {
  return at + 4 <= bytes.length ? bytes.readUInt32BE(at) : 0
}

function uint24(view: DataView, at: number): number {
  return view.getUint16(at, true) | (view.getUint8(at + 2) << 16)
}

function firstOf(field: TiffField | undefined): number | undefined {
  return field?.at(0)
}
