import { isInsideByName } from '../../disk/inside.ts'
import { UserError } from '../../errors.ts'
import { FolderStore } from '../../storage/folder.ts'
import type { Source, Store } from '../../storage/store.ts'

/**
 * Else the next run would find what this one writes among the pictures.
 *
 * @throws UserError `E_DESTINATION_INSIDE`
 */
export function refuseInside(from: Source, to: Store, what: 'results' | 'features' | 'sorted pictures'): void {
  if (!isWithin(from, to)) return
  const message = `The ${what} in "${to.address}" would lie among the pictures of "${from.address}".`
  throw new UserError('E_DESTINATION_INSIDE', message, { hint: 'Choose a place beside the pictures.' })
}

/** By what the addresses are: one of a bucket is no path, and a list of addresses is no folder. */
function isWithin(from: Source, to: Store): boolean {
  if (from.address.startsWith('s3://')) return to.address.startsWith(from.address)
  return from instanceof FolderStore && to instanceof FolderStore && isInsideByName(from.address, to.address)
}
