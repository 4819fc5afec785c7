import { lstat, stat } from 'node:fs/promises'
import { makeFolder } from '../../disk/folder.ts'
import { isInside, isInsideByName, realPath } from '../../disk/inside.ts'
import { systemError } from '../../errors/system.ts'
import { systemCode, UserError, unexpected } from '../../errors.ts'

/**
 * Checks that pictures can go from one folder to the other.
 *
 * @throws UserError `E_NO_SOURCE`, `E_NOT_A_FOLDER`, `E_DESTINATION_INSIDE`; `E_BAD_VALUE` for a destination without a name,
 * as a shell's unset variable gives it: it would be the current folder
 */
export async function checkFolders(source: string, destination: string): Promise<void> {
  const from = await stat(source).catch(cause => {
    throw unreadable(source, cause)
  })
  if (!from.isDirectory()) {
    const hint = 'Name one picture with `itc guess`.'
    throw new UserError('E_NOT_A_FOLDER', `"${source}" is a file, not a folder.`, { hint })
  }
  if (destination === '') throw unexpected('the destination', 'a folder', destination)
  const to = await stat(destination).catch(() => undefined)
  if (to && !to.isDirectory()) throw notAFolder(destination)
  if (await isInside(source, destination)) {
    const where = (await isInside(destination, source)) ? 'is the source itself' : 'lies inside the source'
    throw new UserError('E_DESTINATION_INSIDE', `The destination "${destination}" ${where}, "${source}".`, {
      hint: 'Choose a folder beside it.',
    })
  }
}

/** @throws UserError `E_NOT_A_FOLDER` for a link: pictures would go to wherever it leads */
export async function checkNoLink(folder: string): Promise<void> {
  if (!(await lstat(folder).catch(() => undefined))?.isSymbolicLink()) return
  const hint = 'Remove the link, or choose another destination.'
  throw new UserError('E_NOT_A_FOLDER', `"${folder}" is a link, which is not followed.`, { hint })
}

/** The error for a source that can't be listed. */
export function unreadable(source: string, cause: unknown): UserError {
  const code = systemCode(cause)
  const absent = code === 'ENOENT' || code === 'ENOTDIR'
  const message = absent ? `There is no folder "${source}".` : `The folder "${source}" cannot be read (${code}).`
  return new UserError('E_NO_SOURCE', message, { hint: 'Check the path.', cause })
}

/** Makes the destination where it is absent. @throws UserError `E_NOT_A_FOLDER`, or what `cannotWrite` says */
export async function makeDestination(destination: string): Promise<void> {
  try {
    await makeFolder(destination)
  } catch (error) {
    if (['EEXIST', 'ENOTDIR'].includes(systemCode(error) ?? '')) throw notAFolder(destination)
    throw cannotWrite(destination, error)
  }
}

function notAFolder(destination: string): UserError {
  const hint = 'Choose another name for the destination.'
  return new UserError('E_NOT_A_FOLDER', `"${destination}" is a file, or lies under one, and not a folder.`, { hint })
}

/** @param root a folder's real path */
export async function leadsInto(root: string, path: string): Promise<boolean> {
  const there = await stat(path).catch(() => undefined)
  return there !== undefined && isInsideByName(root, await realPath(path))
}

/** The error for a folder that can't be written; anything unknown stays what it is. */
export function cannotWrite(folder: string, error: unknown): unknown {
  const known = systemError(error)
  if (known?.code === undefined) return error
  const hint = `${known.remedy}, then run the same command again: it goes on where it stopped.`
  return new UserError(known.code, `The folder "${folder}" can't be written: ${known.reason}.`, { hint, cause: error })
}
