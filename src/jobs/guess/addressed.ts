import { UserError } from '../../errors.ts'
import { once } from '../../flow/once.ts'
import type { DecodeLimits } from '../../image/limits.ts'
import { PictureError } from '../../image/pictureError.ts'
import type { PictureSource } from '../../model/model.ts'
import { isWebAddress } from '../../storage/address.ts'
import { pictureOf } from '../guessAll/nameBatch.ts'

/**
 * How to get pictures that a list names: files by their paths, and what begins with `https://` from its server, as
 * `itc guess-all` asks it. A server that does not answer is told of its picture alone: each name has an answer of its own.
 */
export function sourcesByName(limits: DecodeLimits, signal: AbortSignal | undefined): (name: string) => PictureSource {
  const web = once(async () => new (await import('../../storage/addressList.ts')).AddressList(undefined))
  const fetched = async (key: string) => {
    const item = { key, size: undefined, etag: '', modified: 0 }
    try {
      return await pictureOf(item, await web(), limits, signal).read()
    } catch (error) {
      if (!(error instanceof UserError && error.code === 'E_STORE_DOWN')) throw error
      throw new PictureError('unreadable', 'its server does not answer', error)
    }
  }
  return name => (isWebAddress(name) ? { size: undefined, read: () => fetched(name) } : name)
}
