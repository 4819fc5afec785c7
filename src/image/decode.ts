import { availableParallelism } from 'node:os'
import sharp, { type Sharp } from 'sharp'
import { explain } from './explain.ts'
import { type PictureFormat, sniffFormat } from './format.ts'
import { DEFAULT_LIMITS, type DecodeLimits } from './limits.ts'
import { PictureError } from './pictureError.ts'
import { readPicture } from './read.ts'
import type { Recipe, Resize } from './recipe.ts'
import { Turns, within } from './turns.ts'

export { DEFAULT_LIMITS, type DecodeLimits } from './limits.ts'

/** More at once than libuv's four threads would only wait there, holding memory, while their time runs. */
const turns = new Turns(Math.max(2, Math.min(4, availableParallelism())))

const FITS = { stretch: 'fill', crop: 'cover', pad: 'contain' } as const satisfies Record<Resize, string>

/**
 * Decodes one picture into a network's input: upright (EXIF), transparency on white, sRGB, 8 bit, the first frame or page,
 * resized with an antialiasing filter. `pad` fills up with the recipe's mean, which the network sees as 0. Which format it is is told by
 * content. Any number of calls may be made at once: a few run, the rest wait their turn.
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
  const bytes = typeof source === 'string' ? await readPicture(source, limits) : source
  const format = pictureFormat(bytes)
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
  try {
    const [r, g, b] = recipe.mean.map(value => Math.min(255, Math.max(0, Math.round(value)))) as [
      number,
      number,
      number,
    ]
    const { data, info } = await open(bytes, limits)
      .timeout({ seconds: Math.ceil(limits.timeoutMs / 1000) })
      .flatten({ background: '#ffffff' })
      .resize(size, size, { fit: FITS[resize], background: { r, g, b }, kernel: 'lanczos3' })
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true })
    if (info.width !== size || info.height !== size || info.channels !== 3) {
      throw new Error(`decoded as ${info.width}x${info.height}x${info.channels}`)
    }
    return data
  } catch (error) {
    throw await explain(error, format, limits, () => open(bytes, limits, false).metadata())
  }
}

function open(bytes: Uint8Array, limits: DecodeLimits, limited = true): Sharp {
  return sharp(bytes, {
    // libjpeg warns of harmless things, such as stray bytes between segments, in what many cameras write.
    failOn: limits.allowTruncated ? 'none' : 'error',
    limitInputPixels: limited ? limits.maxPixels : false,
    sequentialRead: true,
    autoOrient: true,
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
