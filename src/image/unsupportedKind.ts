import { jpegFrame } from './header.ts'
import type { PictureFormat } from './signatures.ts'
import { tiffKind } from './tiffKind.ts'

/** TIFF's compressions by number: the registered ones, and those of libtiff. */
const COMPRESSIONS: Readonly<Record<number, string>> = {
  6: 'old-style JPEG',
  34661: 'JBIG',
  34712: 'JPEG 2000',
  34887: 'LERC',
  34892: 'lossy JPEG',
  34925: 'LZMA',
  50000: 'Zstandard',
  50001: 'WebP',
  50002: 'JPEG XL',
  52546: 'JPEG XL',
}

/**
 * What kind of a format a file is that the decoder has refused, where that kind is the reason and no damage; by what the
 * header says, since the decoder's own words are of all pictures that are being decoded.
 */
export function unsupportedKind(bytes: Uint8Array, format: PictureFormat): string | undefined {
  try {
    if (format === 'JPEG') return jpegKind(bytes)
    if (format === 'TIFF') return tiffCompression(bytes)
    return undefined
  } catch (error) {
    if (error instanceof RangeError) return undefined // the file ends early
    throw error
  }
}

/** ITU-T T.81, table B.1: the frames of baseline and progressive JPEG are C0 to C2, and those by arithmetic coding C9 and CA. */
function jpegKind(bytes: Uint8Array): string | undefined {
  const frame = jpegFrame(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  if (frame === undefined) return undefined
  if (frame.bits !== 8) return `JPEG of ${frame.bits} bits`
  if ([0xc3, 0xcb].includes(frame.marker)) return 'Lossless JPEG'
  return [0xc5, 0xc6, 0xc7, 0xcd, 0xce, 0xcf].includes(frame.marker) ? 'Hierarchical JPEG' : undefined
}

function tiffCompression(bytes: Uint8Array): string | undefined {
  const name = COMPRESSIONS[tiffKind(bytes)?.compression ?? 1]
  return name && `TIFF compressed as ${name}`
}
