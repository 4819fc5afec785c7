/**
 * The formats that are decoded.
 * @internal for tests: the README names them
 */
export const PICTURE_FORMATS = ['JPEG', 'PNG', 'WebP', 'GIF', 'TIFF', 'AVIF', 'HEIC', 'BMP', 'PNM', 'TGA'] as const
export type PictureFormat = (typeof PICTURE_FORMATS)[number]

/** What a file's first bytes say that it is. */
export type Sniffed =
  | { readonly kind: 'picture'; readonly format: PictureFormat }
  /** A known format that is not decoded here; `name` with the remedy, such as "HEIC", "convert it to JPEG". */
  | { readonly kind: 'unsupported'; readonly name: string; readonly remedy: string | undefined }
  /** Not a picture at all; `looks` completes "looks like …" when that can be told. */
  | { readonly kind: 'other'; readonly looks: string | undefined }

/** The first bytes of a format, as Latin-1. */
export interface Signature {
  readonly magic: string
  readonly offset?: number
  /** A second place that must match too. */
  readonly also?: { readonly magic: string; readonly offset: number }
  readonly is: Sniffed
}

const picture = (format: PictureFormat): Sniffed => ({ kind: 'picture', format })
const unsupported = (name: string): Sniffed => ({ kind: 'unsupported', name, remedy: 'convert it to JPEG or PNG' })
const other = (looks: string): Sniffed => ({ kind: 'other', looks })

/** In the order they are tried: camera raw files are TIFF files with a mark of their own. */
export const SIGNATURES: readonly Signature[] = [
  { magic: '\xff\xd8\xff\xf7', is: unsupported('JPEG-LS') },
  { magic: '\xff\xd8\xff', is: picture('JPEG') },
  { magic: '\x89PNG\r\n\x1a\n', is: picture('PNG') },
  { magic: 'RIFF', also: { magic: 'WEBP', offset: 8 }, is: picture('WebP') },
  { magic: 'GIF87a', is: picture('GIF') },
  { magic: 'GIF89a', is: picture('GIF') },
  { magic: 'II*\0', also: { magic: 'CR', offset: 8 }, is: unsupported('Camera raw') },
  { magic: 'II*\0', is: picture('TIFF') },
  { magic: 'MM\0*', is: picture('TIFF') },
  { magic: 'II+\0', is: picture('TIFF') },
  { magic: 'MM\0+', is: picture('TIFF') },

  { magic: 'IIU\0', is: unsupported('Camera raw') },
  { magic: 'IIR', is: unsupported('Camera raw') },
  { magic: 'FUJIFILMCCD-RAW', is: unsupported('Camera raw') },
  { magic: 'BM', also: { magic: '\0\0\0\0', offset: 6 }, is: picture('BMP') },
  // Twelve bytes of 0 but for the type, an origin at the corner: a cursor's directory has bytes that are not 0 there.
  ...['\x02', '\x03', '\x0a', '\x0b'].map(type => ({ magic: `\0\0${type}\0\0\0\0\0\0\0`, is: picture('TGA') })),
  { magic: '\0\0\x01\0', is: unsupported('ICO') },
  { magic: '\0\0\x02\0', is: unsupported('CUR') },
  { magic: '8BPS', is: unsupported('Photoshop (PSD)') },
  { magic: 'gimp xcf', is: unsupported('GIMP (XCF)') },
  { magic: '\0\0\0\x0cjP  \r\n\x87\n', is: unsupported('JPEG 2000') },
  { magic: '\xff\x4f\xff\x51', is: unsupported('JPEG 2000') },
  { magic: '\0\0\0\x0cJXL \r\n\x87\n', is: unsupported('JPEG XL') },
  { magic: '\xff\x0a', is: unsupported('JPEG XL') },
  { magic: 'II\xbc', is: unsupported('JPEG XR') },
  { magic: '\x76\x2f\x31\x01', is: unsupported('OpenEXR') },
  { magic: '#?RADIANCE', is: unsupported('Radiance HDR') },
  { magic: 'DDS ', is: unsupported('DDS') },
  { magic: 'qoif', is: unsupported('QOI') },
  { magic: 'SIMPLE  =', is: unsupported('FITS') },
  { magic: 'DICM', offset: 128, is: unsupported('DICOM') },
  { magic: 'AT&TFORM', is: unsupported('DjVu') },
  ...['P1', 'P2', 'P3', 'P4', 'P5', 'P6'].flatMap(magic =>
    ['\n', ' ', '\r', '\t'].map(space => ({ magic: magic + space, is: picture('PNM') })),
  ),
  { magic: 'P7\n', is: unsupported('Netpbm (PAM)') },
  ...['PF\n', 'Pf\n'].map(magic => ({ magic, is: unsupported('Netpbm (PFM)') })),
  { magic: '%PDF', is: { kind: 'unsupported', name: 'PDF', remedy: undefined } },
  { magic: '%!PS', is: { kind: 'unsupported', name: 'PostScript', remedy: undefined } },
  { magic: '\xc5\xd0\xd3\xc6', is: { kind: 'unsupported', name: 'PostScript', remedy: undefined } },

  { magic: '\0\x01\0\0\0', is: other('a font') },
  { magic: 'OTTO\0', is: other('a font') },
  { magic: 'ttcf', is: other('a font') },
  { magic: 'wOFF', is: other('a font') },
  { magic: 'wOF2', is: other('a font') },
  { magic: 'RIFF', also: { magic: 'AVI ', offset: 8 }, is: other('a video') },
  { magic: '\x1a\x45\xdf\xa3', is: other('a video') },
  { magic: '\0\0\x01\xba', is: other('a video') },
  { magic: '\0\0\x01\xb3', is: other('a video') },
  { magic: 'moov', offset: 4, is: other('a video') },
  { magic: 'FLV\x01', is: other('a video') },
  { magic: 'RIFF', also: { magic: 'WAVE', offset: 8 }, is: other('a sound') },
  { magic: 'ID3', is: other('a sound') },
  { magic: 'OggS', is: other('a sound or a video') },
  { magic: 'fLaC', is: other('a sound') },
  { magic: 'PK\x03\x04', is: other('a zip archive or an office document') },
  { magic: '\x1f\x8b', is: other('a gzip archive') },
  { magic: 'BZh', is: other('a bzip2 archive') },
  { magic: '\xfd7zXZ\0', is: other('an xz archive') },
  { magic: '\x28\xb5\x2f\xfd', is: other('a zstd archive') },
  { magic: '7z\xbc\xaf\x27\x1c', is: other('a 7z archive') },
  { magic: 'Rar!\x1a\x07', is: other('a rar archive') },
  { magic: 'ustar', offset: 257, is: other('a tar archive') },
  { magic: '\0\x05\x16\x07', is: other('a sidecar file of macOS') },
  { magic: '\x7fELF', is: other('a program') },
  { magic: 'SQLite format 3\0', is: other('a database') },
]
