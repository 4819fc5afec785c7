import { UserError } from '../errors.ts'
import type { OpAnswer } from './api.ts'
import type { Collection } from './collection.ts'

/** Brings the sample's pictures into a folder that has none yet. */
export async function addSample(collection: Collection): Promise<OpAnswer> {
  if (collection.table.size > 0) throw new UserError('E_EXISTS', 'There are pictures here already.')
  throw new UserError('E_NOT_FOUND', 'The sample is not part of this installation.')
}
