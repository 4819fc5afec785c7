import {
  BITS,
  COMPRESSION,
  DNG_VERSION,
  EXTRA_SAMPLES,
  ORIENTATION,
  PHOTOMETRIC,
  readTiffFields,
  SAMPLE_FORMAT,
  SAMPLES,
  SUB_DIRECTORIES,
  SUBFILE_TYPE,
  type TiffField,
} from './tiff.ts'

/** How the samples of a TIFF file's first page are to be taken: TIFF 6.0, sections 3 to 8 and 19. */
export interface TiffKind {
  readonly samples: number
  readonly bits: number
  /** 1 unsigned, 2 signed, 3 floating point. */
  readonly sampleFormat: number
  readonly photometric: number
  readonly compression: number
  /** What the samples behind the colours are: 0 anything, 1 and 2 transparency. */
  readonly extra: readonly number[]
  /** 1 to 8; 1 is upright. */
  readonly orientation: number
  /** A camera's raw file: a thumbnail with the picture in a directory of its own. */
  readonly raw: boolean
}

/** Undefined for a BigTIFF. @throws RangeError where the file ends before its directory */
export function tiffKind(bytes: Uint8Array): TiffKind | undefined {
  const fields = readTiffFields(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  if (fields.size === 0) return undefined
  const first = (tag: number, otherwise: number) => fields.get(tag)?.at(0) ?? otherwise
  const isThumbnail = (first(SUBFILE_TYPE, 0) & 1) === 1
  return {
    samples: first(SAMPLES, 1),
    bits: first(BITS, 1),
    sampleFormat: first(SAMPLE_FORMAT, 1),
    photometric: first(PHOTOMETRIC, 1),
    compression: first(COMPRESSION, 1),
    extra: valuesOf(fields.get(EXTRA_SAMPLES)),
    orientation: first(ORIENTATION, 1),
    raw: fields.has(DNG_VERSION) || (isThumbnail && fields.has(SUB_DIRECTORIES)),
  }
}

function valuesOf(field: TiffField | undefined): number[] {
  return Array.from({ length: Math.min(field?.count ?? 0, 16) }, (_, at) => field!.at(at))
}

/** Compressions that libtiff, as it comes with sharp, has no decoder for, and geotiff has: LERC and Zstandard. */
const NOT_OF_SHARP = new Set([34_887, 50_000])

/**
 * Whether the decoder takes the samples for what they are: unsigned, of at most 8 bits, with no other samples than
 * colours and transparency.
 */
export function isPlain({ samples, bits, sampleFormat, photometric, compression, extra }: TiffKind): boolean {
  if (photometric > 2) return true // palettes, CMYK, YCbCr and L*a*b*, which nobody writes otherwise
  const others = samples - coloursOf(photometric)
  const isAlpha = others === 0 || (others === 1 && extra[0] !== 0)
  return sampleFormat === 1 && bits <= 8 && isAlpha && !NOT_OF_SHARP.has(compression)
}

/** Samples of a pixel's colour, for shades of grey (0 and 1) and RGB (2). */
export function coloursOf(photometric: number): 1 | 3 {
  return photometric === 2 ? 3 : 1
}
