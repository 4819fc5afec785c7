import { once } from '../flow/once.ts'
import { Turns, within } from '../flow/turns.ts'
import { pictureFormat } from './format.ts'
import { type Header, readHeader } from './header.ts'
import type { DecodeLimits } from './limits.ts'
import { DECODERS, holdingDecoding } from './memory.ts'
import { PictureError } from './pictureError.ts'
import { decodingBytes, refuseLarge } from './price.ts'
import { withPictureFile } from './read.ts'
import type { Look } from './sharpPicture.ts'
import type { PictureFormat } from './signatures.ts'

const turns = new Turns(DECODERS)

/** Loaded with the first picture that needs it: a tenth of a second. */
const throughSharp = once(() => import('./sharpPicture.ts'))

/** A way past sharp, tried first; undefined where it is not for this picture. */
export type Shortcut<T> = (bytes: Uint8Array, header: Header, format: PictureFormat) => Promise<T | undefined>

/**
 * Gives one picture, upright, to `look`. Any number of calls may be made at once: a few run, the rest wait
 * their turn.
 *
 * @param source a file's path, or its bytes (not to be changed until the promise settles)
 * @throws PictureError for everything that is wrong with the picture
 */
export async function withPicture<T>(
  source: string | Uint8Array,
  limits: DecodeLimits,
  look: Look<T>,
  shortcut?: Shortcut<T>,
): Promise<T> {
  if (typeof source !== 'string') return withBytes(source, limits, look, shortcut)
  return withPictureFile(source, limits, ({ bytes }) => withBytes(bytes, limits, look, shortcut))
}

async function withBytes<T>(
  bytes: Uint8Array,
  limits: DecodeLimits,
  look: Look<T>,
  shortcut?: Shortcut<T>,
): Promise<T> {
  const format = pictureFormat(bytes)
  const header = readHeader(bytes, format) ?? (await (await throughSharp()).decodersHeader(bytes, limits))
  refuseLarge(header, format, bytes.length, limits)
  const result = header && (await shortcut?.(bytes, header, format))
  return result ?? inTurn(bytes, header, format, limits, look)
}

async function inTurn<T>(
  bytes: Uint8Array,
  header: Header | undefined,
  format: PictureFormat,
  limits: DecodeLimits,
  look: Look<T>,
): Promise<T> {
  const { lookAt } = await throughSharp()
  const late = () => new PictureError('timeout', `not decoded within ${limits.timeoutMs / 1000} s`)
  return new Promise<T>((resolve, reject) => {
    const decode = async () => {
      const decoding = lookAt(bytes, format, limits, look)
      within(limits.timeoutMs, decoding, late).then(resolve, reject)
      // A decoder that is late still has its memory and its thread: nobody else is given them before it ends.
      await decoding.catch(() => undefined)
    }
    turns.run(() => holdingDecoding(decodingBytes(header, format), decode)).catch(reject)
  })
}
