import { PictureError } from './pictureError.ts'
import { type PictureFormat, SIGNATURES, type Sniffed } from './signatures.ts'

/**
 * Tells a format by content, whatever the file's name: only what is named here is ever given to the decoder.
 *
 * @param bytes a file's start; 4096 bytes are enough, the whole file will do
 */
export function sniffFormat(bytes: Uint8Array): Sniffed {
  const boxed = sniffBoxed(bytes)
  if (boxed !== undefined) return boxed
  for (const { magic, offset = 0, also, is } of SIGNATURES) {
    if (startsWith(bytes, magic, offset) && (also === undefined || startsWith(bytes, also.magic, also.offset)))
      return is
  }
  return sniffText(bytes)
}

/** @throws PictureError for bytes that are none of the formats decoded here */
export function pictureFormat(bytes: Uint8Array): PictureFormat {
  if (bytes.length === 0) throw new PictureError('empty', 'an empty file')
  const sniffed = sniffFormat(bytes)
  if (sniffed.kind === 'picture') return sniffed.format
  if (sniffed.kind === 'unsupported') {
    const remedy = sniffed.remedy === undefined ? '' : `: ${sniffed.remedy}`
    throw new PictureError('unsupported', `${sniffed.name} is not supported${remedy}`)
  }
  const looks = sniffed.looks === undefined ? '' : ` (looks like ${sniffed.looks})`
  throw new PictureError('not-a-picture', `not a picture${looks}`)
}

/** ISO base media: AVIF, HEIC and videos are told apart by the brands of their first box. */
function sniffBoxed(bytes: Uint8Array): Sniffed | undefined {
  if (!startsWith(bytes, 'ftyp', 4)) return undefined
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0)
  const brands = latin1(bytes.subarray(8, Math.min(Math.max(length, 16), 256))).match(/.{4}/gs) ?? []
  brands.splice(1, 1) // the minor version
  if (brands[0] === 'avis') return { kind: 'unsupported', name: 'Animated AVIF', remedy: 'convert it to JPEG or PNG' }
  if (brands.some(brand => brand === 'avif' || brand === 'avis')) return { kind: 'picture', format: 'AVIF' }
  if (brands.some(brand => /^(hei[cxms]|hev[cxms]|mif1|msf1|mif2)$/.test(brand))) {
    return { kind: 'picture', format: 'HEIC' }
  }
  if (brands[0]?.startsWith('cr')) return { kind: 'unsupported', name: 'camera raw', remedy: 'convert it to JPEG' }
  return { kind: 'other', looks: 'a video' }
}

function sniffText(bytes: Uint8Array): Sniffed {
  const start = bytes.subarray(0, 4096)
  if (start.length > 0 && start.every(byte => byte === 0)) return { kind: 'other', looks: 'zero bytes only' }
  const text = asText(start)
  if (text === undefined) return { kind: 'other', looks: undefined }
  // SVG may begin with a declaration, a doctype and comments of any length.
  if (/<svg[\s>]/i.test(text)) return { kind: 'unsupported', name: 'SVG', remedy: undefined }
  if (/^\s*(<!doctype html|<html)/i.test(text)) return { kind: 'other', looks: 'an HTML page' }
  if (text.startsWith('version https://git-lfs')) return { kind: 'other', looks: 'a Git LFS pointer: run git lfs pull' }
  return { kind: 'other', looks: 'text' }
}

/** UTF-8 or UTF-16 text, or undefined for bytes that no text holds. */
function asText(bytes: Uint8Array): string | undefined {
  const [first, second] = bytes
  const wide =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : undefined
  // A character may be cut at the end of the start: `stream` leaves it out.
  try {
    const text = new TextDecoder(wide ?? 'utf-8', { fatal: true }).decode(bytes, { stream: true })
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what tells binary from text
    return /[\0-\x08\x0e-\x1a\x1c-\x1f]/.test(text) ? undefined : text
  } catch {
    return undefined
  }
}

/** @param magic bytes as Latin-1 */
function startsWith(bytes: Uint8Array, magic: string, offset: number): boolean {
  if (bytes.length < offset + magic.length) return false
  for (let i = 0; i < magic.length; i++) if (bytes[offset + i] !== magic.charCodeAt(i)) return false
  return true
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}
