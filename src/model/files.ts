import { randomBytes } from 'node:crypto'
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { systemCode, UserError } from '../errors.ts'

/** A file's content, whole or in parts. */
type FileData = Uint8Array | string | readonly Uint8Array[]

/**
 * Makes a folder, and those on the way to it, where they are absent. Node's own way never comes back where the system says
 * for ever that there is no parent (/proc).
 *
 * @throws UserError `E_GONE` there
 */
export async function makeFolder(folder: string): Promise<void> {
  const path = resolve(folder)
  if (await made(path)) return
  if (dirname(path) !== path) await makeFolder(dirname(path))
  if (await made(path)) return
  throw new UserError('E_GONE', `There is no folder "${folder}", and it can't be made.`, { hint: 'Check the path.' })
}

/** @returns false when a folder on the way is missing */
async function made(path: string): Promise<boolean> {
  try {
    await mkdir(path)
    return true
  } catch (error) {
    if ((await stat(path).catch(() => undefined))?.isDirectory()) return true
    if (systemCode(error) === 'ENOENT') return false
    throw error
  }
}

/**
 * Writes a file so that a reader, or a crash at any moment, finds the old one whole or the new one whole: a neighbour is
 * written, synced to the disk and renamed.
 */
export async function writeAtomic(path: string, data: Uint8Array | string): Promise<void> {
  await writeTogether([[path, data]])
}

/**
 * Writes files that belong together, each as `writeAtomic` does: all of them lie on the disk before the first is renamed,
 * and then they take their places in turn, within an instant.
 *
 * @param draftFolder of the same disk, where what a crash leaves is found and removed; else each file's own
 */
export async function writeTogether(
  files: readonly (readonly [path: string, data: FileData])[],
  draftFolder?: string,
): Promise<void> {
  const drafts = files.map(([path]) =>
    join(draftFolder ?? dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`),
  )
  try {
    const written = await Promise.allSettled(files.map(([, data], at) => writeSynced(drafts[at]!, data)))
    const failed = written.find(result => result.status === 'rejected')
    if (failed) throw failed.reason
    for (const [at, [path]] of files.entries()) await rename(drafts[at]!, path)
  } catch (error) {
    await Promise.all(drafts.map(draft => rm(draft, { force: true }).catch(() => undefined)))
    throw error
  }
}

async function writeSynced(path: string, data: FileData): Promise<void> {
  const file = await open(path, 'wx')
  try {
    // Each goes on where the one before ended.
    for (const part of isWhole(data) ? [data] : data) await file.writeFile(part)
    await file.sync()
  } finally {
    await file.close()
  }
}

function isWhole(data: FileData): data is Uint8Array | string {
  return typeof data === 'string' || data instanceof Uint8Array
}
