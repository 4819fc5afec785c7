import { PictureError } from './pictureError.ts'
import type { Raster } from './raster.ts'

/** What a Netpbm file's header says; `at` is where its pixels begin. */
export interface PnmHeader {
  /** 1 to 3 have their pixels as text, 4 to 6 as bytes: bits, grey, RGB. */
  readonly kind: number
  readonly width: number
  readonly height: number
  /** The value of white; 1 for bits. */
  readonly white: number
  readonly at: number
}

/** @throws RangeError where the file ends in its header */
export function pnmHeader(bytes: Uint8Array): PnmHeader {
  const kind = bytes[1]! - 0x30
  const isBits = kind === 1 || kind === 4
  const numbers: number[] = []
  let at = 2
  while (numbers.length < (isBits ? 2 : 3)) {
    const { value, end } = nextNumber(bytes, at)
    numbers.push(value)
    at = end
  }
  const [width = 0, height = 0, white = 1] = numbers
  return { kind, width, height, white, at: at + 1 } // one white space ends the header
}

/**
 * Decodes PBM, PGM and PPM, as text or bytes, 8 or 16 bit: https://netpbm.sourceforge.net/doc/. Values are scaled by the white
 * that the header declares.
 */
export function decodePnm(bytes: Uint8Array): Raster {
  const header = pnmHeader(bytes)
  const { kind, width, height, white } = header
  if (!(width > 0 && height > 0 && white > 0 && white < 65_536)) throw new Error('a header out of range')
  const channels = kind % 3 === 0 ? 3 : 1
  const data = new Uint8Array(width * height * channels)
  if (kind === 4) readBits(bytes, header, data)
  else if (kind < 4) readText(bytes, header, data)
  else readBytes(bytes, header, data)
  return { data, width, height, channels }
}

/** Eight pixels a byte, each row from a byte of its own; 1 is black. */
function readBits(bytes: Uint8Array, { width, height, at }: PnmHeader, data: Uint8Array): void {
  const stride = Math.ceil(width / 8)
  checkLength(bytes, at + stride * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const bit = (bytes[at + y * stride + (x >> 3)]! >> (7 - (x & 7))) & 1
      data[y * width + x] = bit ? 0 : 255
    }
  }
}

function readBytes(bytes: Uint8Array, { white, at }: PnmHeader, data: Uint8Array): void {
  const size = white > 255 ? 2 : 1
  checkLength(bytes, at + data.length * size)
  for (let i = 0; i < data.length; i++) {
    const value = size === 1 ? bytes[at + i]! : (bytes[at + i * 2]! << 8) | bytes[at + i * 2 + 1]!
    data[i] = Math.min(255, Math.round((value * 255) / white))
  }
}

function readText(bytes: Uint8Array, { kind, white, at }: PnmHeader, data: Uint8Array): void {
  let from = at - 1
  for (let i = 0; i < data.length; i++) {
    const { value, end } = nextNumber(bytes, from, kind === 1 ? 1 : 10)
    data[i] = kind === 1 ? 255 * (1 - value) : Math.min(255, Math.round((value * 255) / white))
    from = end
  }
}

/** The number at or after a place, comments and white space before it passed over. */
function nextNumber(bytes: Uint8Array, from: number, digits = 10): { value: number; end: number } {
  let at = from
  while (at < bytes.length && !isDigit(bytes[at]!)) {
    if (bytes[at] === 0x23) while (at < bytes.length && bytes[at] !== 0x0a) at++
    at++
  }
  if (at >= bytes.length) throw new RangeError('ends early')
  let value = 0
  for (let read = 0; read < digits && isDigit(bytes[at] ?? 0); read++) value = value * 10 + bytes[at++]! - 0x30
  return { value, end: at }
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39
}

function checkLength(bytes: Uint8Array, needed: number): void {
  if (bytes.length < needed) throw new PictureError('truncated', 'truncated PNM')
}
