import { stat } from 'node:fs/promises'
import { UserError } from '../errors.ts'
import { isWebAddress } from './address.ts'
import { FolderStore } from './folder.ts'
import type { Source, Store } from './store.ts'

const OTHER_SCHEME = /^([a-z][a-z0-9+.-]+):\/\//i

/**
 * Where pictures come from: a folder, `s3://BUCKET/FOLDER/`, or a text file with an `https://` address a line. A worker may
 * also be given the start of all addresses that it may ask.
 *
 * @throws UserError `E_BAD_VALUE`, `E_NO_SOURCE`, `E_MISSING_PACKAGE`
 */
export async function openSource(address: string): Promise<Source> {
  if (isWebAddress(address)) return new (await import('./addressList.ts')).AddressList(undefined, address)
  if (OTHER_SCHEME.test(address)) return openStore(address)
  const found = await stat(address).catch(() => undefined)
  if (found?.isDirectory()) return FolderStore.at(address)
  if (found?.isFile()) return new (await import('./addressList.ts')).AddressList(address)
  throw new UserError('E_NO_SOURCE', `There is no folder "${address}", and no list of that name.`, {
    hint: 'Check the path.',
  })
}

/**
 * Where results go, or pictures: a folder, which is made when something is written, or `s3://BUCKET/FOLDER/`.
 *
 * @throws UserError `E_BAD_VALUE`
 */
export async function openStore(address: string): Promise<Store> {
  if (/^s3:\/\//i.test(address)) return new (await import('./s3.ts')).S3Store(address)
  const scheme = OTHER_SCHEME.exec(address)?.[1]
  if (scheme === undefined && address !== '') return FolderStore.at(address)
  const hint = 'Give a folder, or s3://BUCKET/FOLDER/; AWS_ENDPOINT_URL leads to stores other than Amazon’s.'
  throw new UserError('E_BAD_VALUE', `"${address}" is nothing that can be written to.`, { hint })
}
