import { availableParallelism } from 'node:os'
import sharp, { type Sharp, type SharpOptions } from 'sharp'
import { Turns, within } from '../flow/turns.ts'
import { sniffFormat } from './format.ts'
import type { DecodeLimits } from './limits.ts'
import { PictureError } from './pictureError.ts'
import { hasSrgbProfile } from './profile.ts'
import { readPicture } from './read.ts'
import { longestSide, MAX_SIDE } from './sides.ts'
import type { PictureFormat } from './signatures.ts'

/** More at once than libuv's four threads would only wait there, holding memory, while their time runs. */
const turns = new Turns(Math.max(2, Math.min(4, availableParallelism())))

/** What a look at a picture needs: the decoder, not yet run, and the format that its bytes tell. */
export type Look<T> = (opened: Sharp, format: PictureFormat) => Promise<T>

/**
 * Opens one picture, upright, and gives it to `look`. Any number of calls may be made at once: a few run, the rest wait
 * their turn.
 *
 * @param source a file's path, or its bytes (not to be changed until the promise settles)
 * @throws PictureError for everything that is wrong with the picture
 */
export async function withPicture<T>(source: string | Uint8Array, limits: DecodeLimits, look: Look<T>): Promise<T> {
  const bytes = typeof source === 'string' ? (await readPicture(source, limits)).bytes : source
  const format = pictureFormat(bytes)
  const side = longestSide(bytes, format)
  if (side > MAX_SIDE) throw new PictureError('too-large', `a side of ${side} pixels, the limit is ${MAX_SIDE}`)
  const late = () => new PictureError('timeout', `not decoded within ${limits.timeoutMs / 1000} s`)
  return turns.run(() => within(limits.timeoutMs, lookAt(bytes, format, limits, look), late))
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

async function lookAt<T>(bytes: Uint8Array, format: PictureFormat, limits: DecodeLimits, look: Look<T>): Promise<T> {
  prepareSharp()
  // Outside of the `try`: bad limits are not the picture's fault.
  const opened = open(bytes, limits, { ignoreIcc: format === 'JPEG' && hasSrgbProfile(bytes) })
  try {
    return await look(opened.timeout({ seconds: Math.min(3600, Math.ceil(limits.timeoutMs / 1000)) }), format)
  } catch (error) {
    const { explain } = await import('./diagnose.ts')
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
