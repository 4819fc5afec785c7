import { PictureError } from './pictureError.ts'

const CLEAR = 256
const END = 257
const CODES = 4096

/**
 * Unpacks LZW as TIFF has it (TIFF 6.0, section 13), up to a length: what is beyond is not looked at.
 *
 * @throws PictureError `damaged` for a code that nothing stands for
 */
export function unpackLzw(packed: Uint8Array, most: number): Uint8Array {
  const out = new Uint8Array(most)
  const [before, last, first] = [new Uint16Array(CODES), new Uint8Array(CODES), new Uint8Array(CODES)]
  const lengths = new Uint32Array(CODES)
  for (let code = 0; code < CLEAR; code++) {
    last[code] = first[code] = code
    lengths[code] = 1
  }
  let [width, next, previous, to] = [9, END + 1, -1, 0]
  for (const code of codes(packed, () => width)) {
    if (code === END || to >= most) break
    if (code === CLEAR) {
      ;[width, next, previous] = [9, END + 1, -1]
      continue
    }
    const isKnown = code < CLEAR || (previous >= 0 && code > END && code < next)
    if (!isKnown && (previous < 0 || code !== next)) throw new PictureError('damaged', 'damaged TIFF')
    if (previous >= 0 && next < CODES) {
      before[next] = previous
      first[next] = first[previous]!
      last[next] = first[isKnown ? code : previous]!
      lengths[next] = lengths[previous]! + 1
      next++
    }
    const length = lengths[code]!
    for (let at = to + length - 1, each = code; at >= to; at--, each = before[each]!) {
      if (at < most) out[at] = last[each]!
    }
    to += length
    previous = code
    if (next + 1 >= 2 ** width && width < 12) width++
  }
  return out.subarray(0, Math.min(to, most))
}

/** Numbers of so many bits each, the highest bit first. */
function* codes(packed: Uint8Array, width: () => number): Generator<number> {
  let [held, bits] = [0, 0]
  for (const byte of packed) {
    held = (held << 8) | byte
    bits += 8
    while (bits >= width()) {
      bits -= width()
      yield held >>> bits
      held &= 2 ** bits - 1
    }
  }
}

/** Unpacks PackBits (TIFF 6.0, section 9), up to a length. */
export function unpackBits(packed: Uint8Array, most: number): Uint8Array {
  const out = new Uint8Array(most)
  let to = 0
  for (let at = 0; at < packed.length && to < most; ) {
    const head = packed[at++]!
    if (head === 128) continue
    const isRun = head > 128
    const count = Math.min(isRun ? 257 - head : head + 1, most - to)
    if (isRun) out.fill(packed[at] ?? 0, to, to + count)
    else out.set(packed.subarray(at, at + count), to)
    at += isRun ? 1 : head + 1
    to += count
  }
  return out.subarray(0, Math.min(to, most))
}

const ZSTD_BLOCK = 131_072
const ZSTD_MAGIC = 0xfd2fb528

/**
 * The most bytes that Zstandard data unpacks to, by the headings of its blocks (RFC 8878, section 3.1.1): a frame need not
 * say so itself. Infinity for what says that it is more, or is none.
 *
 * @throws RangeError where the data ends early
 */
export function zstdMost(packed: Uint8Array): number {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength)
  if (view.getUint32(0, true) !== ZSTD_MAGIC) return Number.POSITIVE_INFINITY
  const flags = view.getUint8(4)
  const isSingle = (flags & 0x20) !== 0
  const sizeBytes = [isSingle ? 1 : 0, 2, 4, 8][flags >> 6]!
  const sizeAt = 5 + (isSingle ? 0 : 1) + [0, 1, 2, 4][flags & 3]!
  // The decoder takes what is told here at its word.
  let most = sizeBytes === 8 ? Number(view.getBigUint64(sizeAt, true)) : 0
  if (sizeBytes === 4) most = view.getUint32(sizeAt, true)
  let sum = 0
  for (let at = sizeAt + sizeBytes, isLast = false; !isLast; ) {
    const heading = view.getUint16(at, true) | (view.getUint8(at + 2) << 16)
    const [kind, size] = [(heading >> 1) & 3, heading >>> 3]
    isLast = (heading & 1) === 1
    sum += kind === 2 ? ZSTD_BLOCK : size
    at += 3 + (kind === 1 ? 1 : size)
    most = Math.max(most, sum)
  }
  return most
}

/**
 * Pixels times bands of LERC data by its heading: version 2 in its revisions 1 to 6 (https://github.com/Esri/lerc).
 * Infinity for what is none.
 */
export function lercSamples(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (Buffer.from(bytes.subarray(0, 6)).toString('latin1') !== 'Lerc2 ') return Number.POSITIVE_INFINITY
  const version = view.getInt32(6, true)
  const at = version >= 3 ? 14 : 10
  const bands = version >= 4 ? view.getUint32(at + 8, true) : 1
  return view.getUint32(at, true) * view.getUint32(at + 4, true) * Math.max(1, bands)
}
