import { access, constants } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { pathKey } from '../../disk/inside.ts'
import { ChangedFile, type Original } from '../../disk/original.ts'
import { copyNew, moveNew } from '../../disk/transfer.ts'
import { unreadableReason } from '../../errors/system.ts'
import { systemCode } from '../../errors.ts'
import { checkNoLink, makeDestination } from './folders.ts'
import type { NamedPicture, Problem } from './options.ts'

/** What came of a picture: in place, its name taken by somebody else, or what is wrong with its original. */
export type Placed = 'placed' | 'without attributes' | 'exists' | Problem

/**
 * Copies or moves a picture to its new name.
 *
 * @throws what is wrong with the destination
 */
export async function place(
  { original, name }: NamedPicture,
  picture: Original,
  destination: string,
  move: boolean,
): Promise<Placed> {
  const [folder, to] = [folderOf(name), join(destination, name)]
  if (folder !== '') {
    await makeDestination(join(destination, folder))
    await checkNoLink(join(destination, folder))
  }
  try {
    if (move) return (await moveNew(picture, to)).extended ? 'placed' : 'without attributes'
    await copyNew(picture, to)
    return 'placed'
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return 'exists'
    const reason = await sourceTrouble(picture.path, error, move)
    if (reason !== undefined) return { original, reason }
    throw error
  }
}

/** The folder of a name under the destination; empty at the top. */
export function folderOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf('/')))
}

/** In words what is wrong with a picture's original; undefined when the destination is to blame. */
export async function sourceTrouble(path: string, error: unknown, move: boolean): Promise<string | undefined> {
  if (error instanceof ChangedFile) return 'was changed or replaced after it was listed'
  const code = systemCode(error)
  if (!(await allowed(path, constants.R_OK))) {
    return code === 'ENOENT' ? 'vanished meanwhile' : `cannot be read any more (${code})`
  }
  if (code === 'EIO') return 'the disk reports an error'
  const { syscall = '', path: about, dest } = error as NodeJS.ErrnoException & { dest?: string }
  // Windows names whole paths. Where there are no links a picture is renamed: into a folder that has just taken its table.
  const isAbout = about !== undefined && pathKey(resolve(about)) === pathKey(resolve(path))
  // It may be back by now.
  const destinationIsThere = dest === undefined || (await allowed(dirname(dest), constants.F_OK))
  if (isAbout && code === 'ENOENT' && destinationIsThere) return 'vanished meanwhile'
  const stuck = (isAbout && ['unlink', 'rename'].includes(syscall)) || !(await allowed(dirname(path), constants.W_OK))
  if (isAbout && ['EBUSY', 'UNKNOWN'].includes(code ?? '')) return unreadableReason(error)
  return move && stuck ? `cannot be removed from the source (${code})` : undefined
}

async function allowed(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  )
}
