import { messageOf, UserError } from '../../errors.ts'
import { ItemError, type Store } from '../../storage/store.ts'

/** Reads an object of the folder: one that is not what it must be is damage. */
export async function orDamaged<T>(store: Store, key: string, read: () => Promise<T>): Promise<T> {
  return await read().catch(error => {
    throw error instanceof ItemError ? damaged(store, key, error) : error
  })
}

/** A part or an index that is not what was written. */
export function damaged({ address }: Store, key: string, cause: unknown): UserError {
  const hint = 'Remove it and the index that its name begins with, and run itc features again: only they are made anew.'
  return new UserError('E_PART', `The part ${key} of "${address}" is damaged: ${messageOf(cause)}.`, { hint, cause })
}
