import { basename, join } from 'node:path'
import { makeFolder } from '../../disk/folder.ts'
import { copyNew } from '../../disk/transfer.ts'
import { systemCode, UserError } from '../../errors.ts'
import type { NextPicture } from './next.ts'

/**
 * Copies chosen pictures to a folder, their rank before their names: `01-IMG_4711.jpg`.
 *
 * @throws UserError `E_EXISTS` for a name that is taken; what was copied before stays
 */
export async function copyChosen(pictures: readonly NextPicture[], folder: string, to: string): Promise<void> {
  await makeFolder(to)
  const digits = String(pictures.length).length
  for (const { rank, path } of pictures) {
    const target = join(to, `${String(rank).padStart(digits, '0')}-${basename(path)}`)
    await copyNew(join(folder, path), target).catch(cause => {
      if (systemCode(cause) !== 'EEXIST') throw cause
      throw new UserError('E_EXISTS', `"${target}" exists already.`, { hint: 'Choose another folder.', cause })
    })
  }
}
