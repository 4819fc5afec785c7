import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { foldedName } from '../../disk/inside.ts'
import { withLock } from '../../disk/lock.ts'
import { removeAll } from '../../disk/patience.ts'
import { readPlain } from '../../disk/readPlain.ts'
import { firstMissing, topOf, writeTree } from '../../disk/tree.ts'
import { systemCode, UserError } from '../../errors.ts'
import type { ExportFiles } from '../../export/formats.ts'

const LOCK_NAME = '.itc-export.lock'

/**
 * Writes files into a folder, all or nothing: they are made in a hidden folder inside it, and take their places when all
 * are whole. A folder that is not there is made. What is there with the same content, as a killed export may leave it,
 * stays.
 *
 * @throws UserError `E_EXISTS` when something else is there already, before anything is written
 */
export async function writeFolder(folder: string, files: ExportFiles): Promise<void> {
  await namesIn(folder) // before a lock is made there
  const made = await firstMissing(folder)
  const work = async () => {
    const present = await namesIn(folder)
    const missing = await missingFiles(folder, present, files)
    await writeTree(folder, missing)
  }
  try {
    await withLock(join(folder, LOCK_NAME), {}, work)
  } catch (error) {
    if (made) await removeAll(made).catch(() => undefined)
    throw error
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT') return []
    if (systemCode(cause) !== 'ENOTDIR') throw cause
    throw new UserError('E_EXISTS', `"${folder}" is a file, not a folder.`, { hint: 'Choose another --to.', cause })
  }
}

async function missingFiles(folder: string, present: readonly string[], files: ExportFiles): Promise<ExportFiles> {
  const missing = new Map<string, Uint8Array | string>()
  for (const [path, data] of files) {
    const top = topOf(path)
    const there = present.find(name => name === top) ?? (await sameOnDisk(folder, top, present))
    if (there === undefined) missing.set(path, data)
    else if (!(await holds(join(folder, path), data))) {
      throw new UserError('E_EXISTS', `There is a "${there}" in "${folder}" already; nothing is overwritten.`, {
        hint: 'Choose another --to, or remove what is there.',
      })
    }
  }
  return missing
}

/** The name that is there and that this disk takes for the same: `readme.md` is `README.md` on many. */
async function sameOnDisk(folder: string, name: string, present: readonly string[]): Promise<string | undefined> {
  const alike = present.find(each => foldedName(each) === foldedName(name))
  return alike !== undefined && existsSync(join(folder, name)) ? alike : undefined
}

async function holds(path: string, data: Uint8Array | string): Promise<boolean> {
  return readPlain(path).then(
    bytes => bytes.equals(typeof data === 'string' ? Buffer.from(data) : data),
    () => false,
  )
}
