import { availableParallelism } from 'node:os'
import sharp, { type Sharp, type SharpOptions } from 'sharp'
import { explain } from './explain.ts'
import { fitSquare } from './fit.ts'
import { type PictureFormat, sniffFormat } from './format.ts'
import { DEFAULT_LIMITS, type DecodeLimits } from './limits.ts'
import { PictureError } from './pictureError.ts'
import { hasSrgbProfile } from './profile.ts'
import { readPicture } from './read.ts'
import type { Recipe, Resize } from './recipe.ts'
import { longestSide, MAX_SIDE } from './sides.ts'
import { Turns, within } from './turns.ts'

export { DEFAULT_LIMITS, type DecodeLimits } from './limits.ts'

/** More at once than libuv's four threads would only wait there, holding memory, while their time runs. */
const turns = new Turns(Math.max(2, Math.min(4, availableParallelism())))

/** A crop keeps all of the picture until here: rows that nobody asked for would not be read, nor found truncated. */
const FITS = { stretch: 'fill', crop: 'outside', pad: 'inside' } as const satisfies Record<Resize, string>

/**
 * Decodes one picture into a network's input: upright (EXIF), transparency on white, sRGB, 8 bit, the first frame or
 * page, resized with an antialiasing filter. `pad` fills up with the recipe's mean, which the network sees as 0. The
 * format is told by content. Any number of calls may be made at once: a few run, the rest wait their turn.
 *
 * @param source a file's path, or its bytes (not to be changed until the promise settles)
 * @returns uint8 RGB, [size, size, 3]
 * @throws PictureError for everything that is wrong with the picture
 */
export async function decodePicture(
  source: string | Uint8Array,
  recipe: Recipe,
  limits: DecodeLimits = DEFAULT_LIMITS,
): Promise<Uint8Array> {
  const bytes = typeof source === 'string' ? (await readPicture(source, limits)).bytes : source
  const format = pictureFormat(bytes)
  const side = longestSide(bytes, format)
  if (side > MAX_SIDE) throw new PictureError('too-large', `a side of ${side} pixels, the limit is ${MAX_SIDE}`)
  const late = () => new PictureError('timeout', `not decoded within ${limits.timeoutMs / 1000} s`)
  return turns.run(() => within(limits.timeoutMs, decode(bytes, format, recipe, limits), late))
}

/** @throws PictureError for bytes that are none of the formats decoded here */
function pictureFormat(bytes: Uint8Array): PictureFormat {
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

async function decode(
  bytes: Uint8Array,
  format: PictureFormat,
  recipe: Recipe,
  limits: DecodeLimits,
): Promise<Uint8Array> {
  prepareSharp()
  const { size, resize } = recipe
  // Outside of the `try`: bad limits are not the picture's fault.
  const opened = open(bytes, limits, { ignoreIcc: format === 'JPEG' && hasSrgbProfile(bytes) })
  try {
    const { data, info } = await opened
      .timeout({ seconds: Math.min(3600, Math.ceil(limits.timeoutMs / 1000)) })
      .flatten({ background: '#ffffff' })
      .resize(size, size, {
        fit: FITS[resize],
        withoutEnlargement: true,
        kernel: 'linear',
        // JPEG's way of decoding at 1/2, 1/4 or 1/8 changes the result by less than half a grey level, WebP's by more.
        fastShrinkOnLoad: format === 'JPEG',
      })
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true })
    const { width, height, channels } = info
    if (channels !== 3) throw new Error(`decoded to ${channels} channels`)
    return fitSquare({ data, width, height }, recipe)
  } catch (error) {
    throw await explain(error, { bytes, format }, limits, () =>
      open(bytes, limits, { limitInputPixels: false }).metadata(),
    )
  }
}

function open(bytes: Uint8Array, limits: DecodeLimits, more: SharpOptions): Sharp {
  return sharp(bytes, {
    // libjpeg warns of harmless things, such as stray bytes between segments, in what many cameras write.
    failOn: limits.allowTruncated ? 'none' : 'error',
    limitInputPixels: limits.maxPixels,
    sequentialRead: true,
    autoOrient: true,
    ...more,
  })
}

let prepared = false

/** Settings of the whole process, so not made before the first picture. */
function prepareSharp(): void {
  if (prepared) return
  prepared = true
  // Many pictures side by side use the cores better than many threads on one small picture.
  sharp.concurrency(1)
  sharp.cache(false)
  // They never get this far; should one, what it could make the decoder read stays unread.
  sharp.block({ operation: ['VipsForeignLoadSvg', 'VipsForeignLoadPdf', 'VipsForeignLoadMagick'] })
}
