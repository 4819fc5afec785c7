import { hasSrgbProfile } from './profile.ts'

/** More bytes than any picture of so few pixels has: they bound the time that decoding takes, as the scans do. */
const MAX_BYTES = 500_000
/** As many as encoders make of a progressive picture, and some. */
const MAX_SCANS = 16
/** Luma's sampling factors: one value a pixel, or chroma at half the width, or at half of both. */
const SAMPLING: readonly number[] = [0x11, 0x21, 0x22]

/**
 * Tells whether every version of libjpeg makes the same pixels of a JPEG, and sharp changes none of their colours: whole, in
 * the usual form, 8 bits, grey or YCbCr as sRGB, upright, and no second picture for brighter screens. False also where that
 * cannot be told.
 */
export function isPlainJpeg(bytes: Uint8Array): boolean {
  if (bytes.length > MAX_BYTES) return false
  try {
    return new Segments(bytes).arePlain()
  } catch (error) {
    if (error instanceof RangeError) return false // the file ends early
    throw error
  }
}

/** A walk over a JPEG's segments (ITU-T T.81, annex B). */
class Segments {
  readonly #bytes: Buffer
  readonly #components: number[] = []
  /** Of each coefficient of each component, how many of its last bits are still to come; 255 where nothing has come. */
  #missing = new Uint8Array()
  #isProgressive = false
  #scans = 0
  #isJfif = false
  #isYcc = false
  #hasExif = false

  constructor({ buffer, byteOffset, byteLength }: Uint8Array) {
    this.#bytes = Buffer.from(buffer, byteOffset, byteLength)
  }

  arePlain(): boolean {
    for (let at = 2; ; ) {
      const marker = this.#bytes.readUInt16BE(at)
      if (marker === 0xffd9) return this.#scans > 0 && this.#missing.every(bits => bits === 0)
      const end = at + 2 + this.#bytes.readUInt16BE(at + 2)
      if (!this.#isPlain(marker, this.#bytes.subarray(at + 4, end))) return false
      at = marker === 0xffda ? this.#endOfScan(end) : end
    }
  }

  #isPlain(marker: number, segment: Buffer): boolean {
    if (marker === 0xffc0 || marker === 0xffc2) return this.#isPlainFrame(marker, segment)
    if (marker === 0xffc4) return hasPlainCodes(segment)
    if (marker === 0xffda) return this.#isPlainScan(segment)
    if (marker === 0xffe0) this.#isJfif ||= segment.length >= 12 && startsWith(segment, 'JFIF\0')
    if (marker === 0xffe1) return this.#isPlainExif(segment)
    if (marker === 0xffe2) return startsWith(segment, 'ICC_PROFILE\0') && hasSrgbProfile(this.#bytes)
    if (marker === 0xffee && startsWith(segment, 'Adobe')) this.#isYcc = segment.readUInt8(11) === 1
    if (marker === 0xffee) return this.#isYcc || !startsWith(segment, 'Adobe')
    return ALIKE.has(marker)
  }

  /** Baseline or progressive. */
  #isPlainFrame(marker: number, frame: Buffer): boolean {
    const count = frame.readUInt8(5)
    if (this.#components.length > 0 || frame.readUInt8(0) !== 8 || (count !== 1 && count !== 3)) return false
    const samplings = Array.from({ length: count }, (_, i) => frame.readUInt8(7 + i * 3))
    for (let i = 0; i < count; i++) this.#components.push(frame.readUInt8(6 + i * 3))
    this.#missing = new Uint8Array(count * 64).fill(255)
    this.#isProgressive = marker === 0xffc2
    return SAMPLING.includes(samplings[0]!) && samplings.slice(1).every(sampling => sampling === 0x11)
  }

  #isPlainScan(scan: Buffer): boolean {
    if (++this.#scans > MAX_SCANS || (this.#scans === 1 && !this.#hasPlainColours())) return false
    const count = scan.readUInt8(0)
    const [first, last, bits] = this.#isProgressive ? [0, 1, 2].map(i => scan.readUInt8(1 + count * 2 + i)) : [0, 63, 0]
    for (let i = 0; i < count; i++) {
      const component = this.#components.indexOf(scan.readUInt8(1 + i * 2))
      if (component < 0 || last! > 63) return false
      this.#missing.fill(bits! & 15, component * 64 + first!, component * 64 + last! + 1)
    }
    return true
  }

  /** How libjpeg takes three components that no Adobe segment tells of: YCbCr in a JFIF file and by their usual numbers. */
  #hasPlainColours(): boolean {
    const isUsual = this.#components.every((id, i) => id === i + 1)
    return this.#components.length === 1 || (this.#components.length === 3 && (this.#isYcc || this.#isJfif || isUsual))
  }

  /** Of a segment APP1: Exif that turns nothing, or XMP that tells of no second picture. */
  #isPlainExif(segment: Buffer): boolean {
    if (!startsWith(segment, 'Exif')) return !segment.includes('hdrgm')
    if (this.#hasExif) return false
    this.#hasExif = true
    return isUpright(segment.subarray(6))
  }

  /** Where the marker behind a scan is. In a scan's data, a byte 0xff is followed by 0 or is a restart marker's. */
  #endOfScan(start: number): number {
    for (let at = this.#bytes.indexOf(0xff, start); at >= 0; at = this.#bytes.indexOf(0xff, at + 2)) {
      const next = this.#bytes.readUInt8(at + 1)
      if (next !== 0 && (next < 0xd0 || next > 0xd7)) return at
    }
    throw new RangeError('no end')
  }
}

/** Quantisation, restart intervals, comments, and applications' segments that decoders pass over. */
const ALIKE = new Set([
  0xffdb,
  0xffc4,
  0xffdd,
  0xfffe,
  0xffe0,
  ...Array.from({ length: 11 }, (_, i) => 0xffe3 + i),
  0xffef,
])

/** Whether Huffman tables have no codes of larger numbers than 8 bits lead to: versions of libjpeg differ in what they make of them. */
function hasPlainCodes(tables: Buffer): boolean {
  for (let at = 0; at < tables.length; ) {
    const [mask, largest] = tables.readUInt8(at) < 16 ? [255, 11] : [15, 10]
    const start = at + 17
    if (start > tables.length) return false
    let end = start
    for (let length = at + 1; length < start; length++) end += tables[length]!
    if (end > tables.length) return false
    for (at = start; at < end; at++) if ((tables[at]! & mask) > largest) return false
  }
  return true
}

/** @param tiff what Exif holds: of its first folder, the tag of orientation is looked at */
function isUpright(tiff: Buffer): boolean {
  const isLittle = startsWith(tiff, 'II')
  if (!isLittle && !startsWith(tiff, 'MM')) return false
  const short = (at: number) => (isLittle ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at))
  const folder = isLittle ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4)
  if (short(2) !== 42) return false
  for (let entry = folder + 2, left = short(folder); left > 0; entry += 12, left--) {
    if (short(entry) === 0x0112 && (short(entry + 2) !== 3 || short(entry + 8) !== 1)) return false
  }
  return true
}

const startsWith = (bytes: Buffer, text: string) => bytes.toString('latin1', 0, text.length) === text
