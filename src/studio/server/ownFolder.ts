import { join, resolve } from 'node:path'
import { findWorkingFolder } from '../../dataset/workingFolder.ts'
import { UserError } from '../../errors.ts'

/**
 * The working folder that a studio is to look after, by what was given.
 *
 * @throws UserError `E_NO_DATA` where its pictures lie elsewhere than in its `data`: studio moves them there
 */
export async function ownFolder(given: string): Promise<string> {
  const found = await findWorkingFolder(given).catch(() => undefined) // a new one, or loose pictures
  if (found === undefined || resolve(found.data) === resolve(found.root, 'data')) return found?.root ?? given
  const message = `The category folders of "${found.data}" lie in no folder "data", in which studio moves pictures.`
  throw new UserError('E_NO_DATA', message, {
    hint: `Move them into ${join(given, 'data')}; itc train takes them as they are.`,
  })
}
