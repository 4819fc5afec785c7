/** One field of a TIFF file's first directory. */
export interface TiffField {
  readonly count: number
  /** Where the values end: past the file's end if it was cut. */
  readonly end: number
  /** The value at an index, for the 16 and 32 bit types. */
  at(index: number): number
}

/** Bytes of a value of each type. */
const SIZES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8]
const SHORT = 3

export const SUBFILE_TYPE = 254
export const WIDTH = 256
export const HEIGHT = 257
export const BITS = 258
export const COMPRESSION = 259
export const PHOTOMETRIC = 262
export const STRIP_OFFSETS = 273
export const ORIENTATION = 274
export const SAMPLES = 277
export const STRIP_LENGTHS = 279
export const TILE_OFFSETS = 324
export const TILE_LENGTHS = 325
export const SUB_DIRECTORIES = 330
export const EXTRA_SAMPLES = 338
export const SAMPLE_FORMAT = 339
export const DNG_VERSION = 50_706

/**
 * The fields of a TIFF file's first directory, by tag; none for a BigTIFF, which is rare.
 *
 * @throws RangeError where the file ends before its directory
 */
export function readTiffFields(view: DataView): Map<number, TiffField> {
  const fields = new Map<number, TiffField>()
  const little = view.getUint8(0) === 0x49
  if (view.getUint16(2, little) !== 42) return fields
  const directory = view.getUint32(4, little)
  const entries = view.getUint16(directory, little)
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + i * 12
    const type = view.getUint16(entry + 2, little)
    const count = view.getUint32(entry + 4, little)
    const size = SIZES[type] ?? 0
    // Values that fit are in the entry itself.
    const start = count * size <= 4 ? entry + 8 : view.getUint32(entry + 8, little)
    fields.set(view.getUint16(entry, little), {
      count,
      end: start + count * size,
      at: index =>
        type === SHORT ? view.getUint16(start + index * 2, little) : view.getUint32(start + index * 4, little),
    })
  }
  return fields
}
