import type { GeoTIFF, GeoTIFFImage, ImageFileDirectory } from 'geotiff'
import type { DecodeLimits } from './limits.ts'
import { MOST_PAGES } from './pages.ts'
import { PictureError } from './pictureError.ts'
import type { Raster } from './raster.ts'
import { coloursOf, isPlain, type TiffKind, tiffKind } from './tiffKind.ts'
import { turned } from './turned.ts'

/** Samples of one kind, [pixels]. */
type Samples =
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Float32Array
  | Float64Array

/** Values that stand for black and for white. */
interface Range {
  readonly black: number
  readonly white: number
  /** There is no usual one: it is the picture's own. */
  readonly isOwn?: true
}

/**
 * Decodes a TIFF whose samples are not plain bytes: floating point, signed, of 10 to 32 bits, with bands that are neither
 * colour nor transparency, which are left out. Black and white are what the file declares, else what the values suggest: see
 * `rangeOf`.
 *
 * @returns undefined for one that sharp takes for what it is
 * @throws PictureError `unsupported` for camera raw; anything for a damaged file
 */
export async function decodeTiffValues(
  bytes: Uint8Array,
  onNote?: DecodeLimits['onNote'],
): Promise<Raster | undefined> {
  const kind = kindOf(bytes)
  if (kind?.raw) throw new PictureError('unsupported', 'Camera raw is not supported: convert it to JPEG or PNG')
  if (kind === undefined || isPlain(kind)) return undefined
  const [geotiff, { boundedBlocks }] = await Promise.all([import('geotiff'), import('./tiffBlocks.ts')])
  const copy = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
  const channels = coloursOf(kind.photometric)
  const samples = Array.from({ length: channels }, (_, at) => at)
  const read: ReadPage = async page =>
    (await page.readRasters({ samples, pool: boundedBlocks(geotiff, page) })) as unknown as Samples[]
  const { page, colours } = await pageOf(await geotiff.fromArrayBuffer(copy), read)
  const range = (await declared(page.fileDirectory)) ?? rangeOf(colours, kind)
  if (range.isOwn) onNote?.(OWN_RANGE)
  // Sixteen bits that are all used are sharp's to read: it knows their colour profile.
  if (kind.bits === 16 && kind.sampleFormat === 1 && range.white === 65_535 && !hasOthers(kind)) return undefined
  const [width, height] = [page.getWidth(), page.getHeight()]
  const data = bytesOf(colours, kind.photometric === 0 ? { black: range.white, white: range.black } : range)
  return turned({ data, width, height, channels }, kind.orientation)
}

/** What is told of a TIFF that neither declares a range nor has a usual one. */
const OWN_RANGE =
  'TIFF pictures whose values have no usual range are shown by their own: the least value is black, the greatest white. ' +
  'Pictures of one scale should declare it (SMinSampleValue, SMaxSampleValue).'

/** The samples of a page's colours. */
type ReadPage = (page: GeoTIFFImage) => Promise<Samples[]>

/** The first page that is not of one value, with the samples of its colours. */
async function pageOf(file: GeoTIFF, read: ReadPage): Promise<{ page: GeoTIFFImage; colours: Samples[] }> {
  const page = await file.getImage(0)
  const first = { page, colours: await read(page) }
  const pages = isFlat(first.colours) ? MOST_PAGES : 1
  for (let at = 1; at < pages; at++) {
    // Not counted before: a directory that names itself as the next one has no end.
    const other = await file.getImage(at).catch(() => undefined)
    if (other === undefined) break
    if (!isAlike(page, other)) continue
    const colours = await read(other)
    if (!isFlat(colours)) return { page: other, colours }
  }
  return first
}

/** Whether a page has the same kind of samples, and no more of them: memory was reckoned for the first one. */
function isAlike(page: GeoTIFFImage, other: GeoTIFFImage): boolean {
  const kindOf = (each: GeoTIFFImage) =>
    [each.getSamplesPerPixel(), each.getBitsPerSample(), each.getSampleFormat()].join()
  const size = (each: GeoTIFFImage) => each.getWidth() * each.getHeight()
  return kindOf(page) === kindOf(other) && size(other) <= size(page)
}

function isFlat(bands: readonly Samples[]): boolean {
  return bands.every(band => band.every((value: number) => value === band[0]))
}

/** Undefined where the file ends early, which the decoder will find out. */
function kindOf(bytes: Uint8Array): TiffKind | undefined {
  try {
    return tiffKind(bytes)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function hasOthers({ samples, photometric, extra }: TiffKind): boolean {
  return samples > coloursOf(photometric) && extra[0] === 0
}

/** What the tags for the least and the greatest value say, where they say both. */
async function declared(directory: ImageFileDirectory): Promise<Range | undefined> {
  for (const [least, greatest] of [
    ['SMinSampleValue', 'SMaxSampleValue'],
    ['MinSampleValue', 'MaxSampleValue'],
  ] as const) {
    if (!directory.hasTag(least) || !directory.hasTag(greatest)) continue
    const values = await Promise.all([least, greatest].map(tag => directory.loadValue(tag)))
    const [black = 0, white = 0] = values.map(value => Number([value].flat()[0]))
    if (white > black) return { black, white }
  }
  return undefined
}

/** Whites that programs and cameras write: 1 for floating point, else all bits of 8, 10, 12, 14, 16, 24 or 32. */
const WHITES = [8, 10, 12, 14, 16, 24, 32].map(bits => 2 ** bits - 1)

/**
 * The least of the usual ranges from 0 that holds all values: 12 bits in 16 are 12 bits. With values below 0 there is no
 * usual range, and it is the picture's own.
 */
function rangeOf(bands: readonly Samples[], { sampleFormat }: TiffKind): Range {
  let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const band of bands) {
    for (const value of band) {
      if (!Number.isFinite(value)) continue // no value was measured there
      if (value < least) least = value
      if (value > greatest) greatest = value
    }
  }
  if (!(greatest >= least)) return { black: 0, white: 1 }
  const usual = sampleFormat === 3 ? [1, ...WHITES] : WHITES
  const white = least < 0 ? undefined : usual.find(white => white >= greatest)
  if (white !== undefined) return { black: 0, white }
  return { black: least, white: greatest > least ? greatest : least + 1, isOwn: true }
}

/** [bands][pixels] → uint8, interleaved; values that are no numbers are black. */
function bytesOf(bands: readonly Samples[], { black, white }: Range): Uint8Array {
  const bytes = new Uint8ClampedArray(bands[0]!.length * bands.length)
  for (const [band, values] of bands.entries()) {
    for (let pixel = 0; pixel < values.length; pixel++) {
      bytes[pixel * bands.length + band] = (255 * (values[pixel]! - black)) / (white - black)
    }
  }
  return new Uint8Array(bytes.buffer)
}
