import { randomBytes } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { syncFolder } from './folder.ts'

/** A file's content, whole or in parts. */
type FileData = Uint8Array | string | readonly Uint8Array[]

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
    // What they replace may be removed next: a power cut must not leave neither.
    for (const folder of new Set(files.map(([path]) => dirname(path)))) await syncFolder(folder)
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
