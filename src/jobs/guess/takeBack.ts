import { lstat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { makeFolder } from '../../disk/folder.ts'
import { ChangedFile, type Original, withOriginal } from '../../disk/original.ts'
import { removeFile } from '../../disk/patience.ts'
import { isSecondCopy } from '../../disk/secondCopy.ts'
import { moveNew } from '../../disk/transfer.ts'
import { systemCode } from '../../errors.ts'
import type { Entry } from './row.ts'

/** Real paths of both folders. */
export interface Ends {
  readonly source: string
  readonly destination: string
}

/** What came of one row. `back`: it was taken back before. */
type TakenBack =
  | { readonly kind: 'restored' | 'removed' | 'back'; readonly extendedLost?: boolean }
  | { readonly reason: string }

/** Takes back one picture; both ends are looked at before anything is made, and no link is followed at either. */
export async function takeBackOne({ original, name, sha256 }: Entry, ends: Ends, dryRun: boolean): Promise<TakenBack> {
  const [from, to] = [join(ends.destination, name), join(ends.source, original)]
  const stays = (why: string) => ({ reason: `${why}; it stays as "${name}"` })
  if (!(await isPlain(dirname(from)))) return { reason: `its folder in the destination is a link now` }
  if (!(await isPlain(dirname(to)))) return stays('its folder is a link elsewhere')
  const [there, back] = await Promise.all([kindOf(from), kindOf(to)])
  if (there === undefined) {
    const isBack = back === 'file' && sha256 !== '' && (await hashOf(to)) === sha256
    return isBack ? { kind: 'back' } : { reason: `"${name}" is gone from the destination` }
  }
  if (there === 'other') return { reason: `"${name}" is a link, or no file any more` }
  try {
    return await withOriginal(from, async picture => {
      if (sha256 !== '' && (await picture.sha256()) !== sha256) return stays('it was changed since')
      if (back === undefined) return restore(picture, to, dryRun)
      if (back === 'other') return stays('in its place is a link, which is not followed, or no file')
      if (!(await isSecondCopy(from, to))) return stays('another file has taken its place')
      await picture.close()
      if (!dryRun) await removeFile(from)
      return { kind: 'removed' }
    })
  } catch (error) {
    if (error instanceof ChangedFile) return stays('it was changed meanwhile')
    if (['EEXIST', 'ENOTDIR'].includes(systemCode(error) ?? '')) return stays('its place is taken')
    throw error
  }
}

async function restore(picture: Original, to: string, dryRun: boolean): Promise<TakenBack> {
  if (dryRun) return { kind: 'restored' }
  await makeFolder(dirname(to))
  const { extended } = await moveNew(picture, to)
  return { kind: 'restored', extendedLost: !extended }
}

async function hashOf(path: string): Promise<string | undefined> {
  return withOriginal(path, file => file.sha256()).catch(() => undefined)
}

/** Whether a folder under a real path is no link and under none, as far as it is there. */
export async function isPlain(folder: string): Promise<boolean> {
  // Not by its real path: some drives of Windows have none to tell.
  if ((await lstat(folder).catch(() => undefined))?.isSymbolicLink()) return false
  const parent = dirname(folder)
  return parent === folder || isPlain(parent)
}

async function kindOf(path: string): Promise<'file' | 'other' | undefined> {
  const kind = await lstat(path).catch(() => undefined)
  return kind && (kind.isFile() ? 'file' : 'other')
}
