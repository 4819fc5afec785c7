import { crc32 } from 'node:zlib'

/** Stands in a heading where its checksum comes, which can't be known before. */
const UNKNOWN = '00000000'
const DIGITS = 12
/** A heading begins so, wherever in a file the format puts it; Arrow puts it at the start and into the footer. */
const OPENING = '{"sealed":"'
const START = OPENING + UNKNOWN
/** The first one begins before so many bytes. */
export const HEADING_WITHIN = 1 << 16

/** Part of a file, in bytes: from `start` up to and without `end`. */
export interface Span {
  readonly start: number
  readonly end: number
}

/**
 * The text to put into a table's metadata so that its bytes can be sealed. A reader of Arrow files trusts their lengths: one
 * flipped bit there can ask for all the memory there is, so a file is held against its checksum before it is parsed.
 */
export function heading(content: object): string {
  const open = { sealed: UNKNOWN, start: '0'.repeat(DIGITS), end: '0'.repeat(DIGITS) }
  return JSON.stringify({ ...open, ...content })
}

/**
 * Writes the CRC-32 of all bytes but those of `left` into every copy of the heading; `left` has checksums of its own.
 *
 * @param text what `heading` gave, as it lies in `bytes`
 * @param said what it is to say instead, as long: what was not known before
 */
export function seal(bytes: Uint8Array, text: string, left: Span = { start: 0, end: 0 }, said = text): void {
  const buffer = asBuffer(bytes)
  const [start, end] = [left.start, left.end].map(at => String(at).padStart(DIGITS, '0'))
  const rest = said.slice(heading({}).length - 1)
  for (const at of places(buffer, text))
    buffer.write(`{"sealed":"${UNKNOWN}","start":"${start}","end":"${end}"${rest}`, at)
  const outside = [buffer.subarray(0, left.start), buffer.subarray(left.end)]
  const crc = crcOf(outside).toString(16).padStart(UNKNOWN.length, '0')
  for (const at of places(buffer, START)) buffer.write(`{"sealed":"${crc}`, at)
}

/** Whether a file may be one of itc: by its start, which has a heading, however damaged the rest is. */
export function isSealed(start: Uint8Array): boolean {
  return asBuffer(start).subarray(0, HEADING_WITHIN).includes(OPENING)
}

/** What a sealed file's heading says, and the part of the file that the seal leaves out. */
export interface Sealed {
  readonly content: { readonly sealed?: unknown }
  readonly left: Span
}

/**
 * Reads the heading of a sealed file. It is not to be believed before `checkSeal`.
 *
 * @param bytes the file, or enough of its start
 * @param length of the file
 */
export function readHeading(bytes: Uint8Array, length = bytes.length): Sealed {
  const buffer = asBuffer(bytes)
  const at = buffer.subarray(0, HEADING_WITHIN).indexOf(OPENING)
  if (at < 4) throw new Error('it is none of itc, or its heading is damaged')
  const content = parse(buffer.toString('utf8', at, at + buffer.readUInt32LE(at - 4))) // a flatbuffer's string: its length first
  const left = { start: Number(content.start), end: Number(content.end) }
  if (!(left.start >= 0 && left.start <= left.end && left.end <= length)) throw new Error('its checksum does not match')
  return { content, left }
}

/** @throws Error when a byte before or after what the seal leaves out is not as it was written */
export function checkSeal({ sealed }: Sealed['content'], before: Uint8Array, after: Uint8Array): void {
  if (parseInt(String(sealed), 16) !== crcOf([before, after], String(sealed))) {
    throw new Error('its checksum does not match')
  }
}

/** The heading of a sealed file whose bytes are there. @throws Error as `checkSeal` does */
export function unseal(bytes: Uint8Array): Sealed {
  const { content, left } = readHeading(bytes)
  checkSeal(content, bytes.subarray(0, left.start), bytes.subarray(left.end))
  return { content, left }
}

function parse(text: string): { sealed?: unknown; start?: unknown; end?: unknown } {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Error('its heading is damaged', { cause })
  }
}

/** CRC-32 of the bytes outside of what is left out, with the checksum itself taken as not yet known. Nothing is copied. */
function crcOf(outside: readonly Uint8Array[], known: string = UNKNOWN): number {
  return outside.reduce((crc, bytes) => crcFrom(crc, asBuffer(bytes), `{"sealed":"${known}`), 0)
}

function crcFrom(start: number, bytes: Buffer, known: string): number {
  let [crc, done] = [start, 0]
  for (const at of places(bytes, known)) {
    crc = crc32(START, crc32(bytes.subarray(done, at), crc))
    done = at + known.length
  }
  return crc32(bytes.subarray(done), crc)
}

function places(buffer: Buffer, text: string): number[] {
  const found: number[] = []
  for (let at = buffer.indexOf(text); at >= 0; at = buffer.indexOf(text, at + text.length)) found.push(at)
  return found
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}
