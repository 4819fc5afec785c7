import { isInsideByName } from '../../disk/inside.ts'
import { UserError } from '../../errors.ts'
import type { Source, Store } from '../../storage/store.ts'

/**
 * Else the next run would find what this one writes among the pictures.
 *
 * @throws UserError `E_DESTINATION_INSIDE`
 */
export function refuseInside(
  { address: from }: Source,
  { address: to }: Store,
  what: 'results' | 'features' | 'sorted pictures',
): void {
  const isInside = from.startsWith('s3://') ? to.startsWith(from) : isInsideByName(from, to)
  if (!isInside) return
  const message = `The ${what} in "${to}" would lie among the pictures of "${from}".`
  throw new UserError('E_DESTINATION_INSIDE', message, { hint: 'Choose a place beside the pictures.' })
}
