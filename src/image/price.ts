import type { Header } from './header.ts'
import type { DecodeLimits } from './limits.ts'
import { PictureError } from './pictureError.ts'
import { megabytes } from './read.ts'
import type { PictureFormat } from './signatures.ts'

/** Longer than any real picture. A single row of such a length could pass the limit of pixels. */
const MAX_SIDE = 1_000_000
/** Whose decoders have no limit of their own; the others call such a header damaged. */
const SIDELESS: readonly PictureFormat[] = ['TIFF', 'AVIF', 'HEIC', 'BMP', 'PNM', 'TGA']
/** What decoding the smallest picture takes, and one whose header can't be read. */
const LEAST = 2e6

/** Bytes that decoding takes for each pixel, as measured by `bench/memory.mjs`; the file itself is not among them. */
const BYTES_A_PIXEL: Readonly<Record<PictureFormat, (header: Header) => number>> = {
  // Coefficients of 16 bits, kept until the last scan; else a few rows at an eighth of the size.
  JPEG: ({ bands, whole }) => (whole ? 2 * bands + 0.3 : 0.3),
  PNG: header => header.bands * header.bytesPerSample * (header.whole ? 1.5 : 0.6 + rowsHeld(header)),
  WebP: () => 10,
  GIF: () => 6,
  // More than 8 bits, and bands beside colours, may be decoded as a whole: see `decodeTiffValues`.
  TIFF: ({ bands, bytesPerSample }) => bands * (bytesPerSample === 1 && bands <= 4 ? 0.7 : bytesPerSample + 1),
  AVIF: ({ bytesPerSample }) => (bytesPerSample === 1 ? 20 : 32),
  // All pixels as RGBA, the decoder's own planes, and what sharp is handed.
  HEIC: () => 14,
  BMP: () => 8,
  PNM: () => 4,
  TGA: () => 8,
}

/** What is added for the rows that are held at once: some hundred, which in a very wide picture are all of them. */
function rowsHeld({ height }: Header): number {
  return 2 * Math.min(1, 200 / height)
}

/** Reckons from its header how much memory decoding a picture takes, in bytes. */
export function decodingBytes(header: Header | undefined, format: PictureFormat): number {
  return LEAST + (header === undefined ? 0 : header.width * header.height * BYTES_A_PIXEL[format](header))
}

/** @throws PictureError `too-large` for a picture that goes over a limit by its header */
export function refuseLarge(
  header: Header | undefined,
  format: PictureFormat,
  fileBytes: number,
  limits: DecodeLimits,
): void {
  if (header === undefined) return
  const { width, height } = header
  const side = Math.max(width, height)
  if (side > MAX_SIDE) {
    if (!SIDELESS.includes(format)) return
    throw tooLarge(`a side of ${side} pixels, the limit is ${MAX_SIDE}`)
  }
  if (width * height > limits.maxPixels) throw tooLarge(tooManyPixels(width * height, limits))
  if (format === 'AVIF' && width * height > limits.maxAvifPixels) {
    const limit = millions(limits.maxAvifPixels)
    throw tooLarge(`${millions(width * height)} pixels, the limit of AVIF is ${limit} (--max-avif-pixels)`)
  }
  const memory = fileBytes + decodingBytes(header, format)
  if (memory <= limits.maxMemoryBytes) return
  throw tooLarge(
    `decoding takes ${megabytes(memory)}, the limit is ${megabytes(limits.maxMemoryBytes)} (--max-memory-mb)`,
  )
}

/** @param pixels 0 where it is not known how many */
export function tooManyPixels(pixels: number, { maxPixels }: DecodeLimits): string {
  const size = pixels > 0 ? millions(pixels) : 'too many'
  return `${size} pixels, the limit is ${millions(maxPixels)} (--max-pixels)`
}

function tooLarge(reason: string): PictureError {
  return new PictureError('too-large', reason)
}

function millions(count: number): string {
  if (count < 1e6) return String(count)
  const rounded = count < 1e7 ? Math.round(count / 1e5) / 10 : Math.round(count / 1e6)
  return `${rounded} million`
}
