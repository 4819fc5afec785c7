import { realpathSync } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { writeAtomic, writeNew } from '../disk/writeAtomic.ts'
import { systemCode, UserError, unexpected } from '../errors.ts'

/** Before anything is computed. @throws UserError when writing there would take something from the user */
export async function checkOut(out: string, picture: string, force: boolean): Promise<void> {
  if (!/\.png$/i.test(out)) throw unexpected('--out', 'the name of a .png file', out)
  const present = await lstat(out).catch(() => undefined)
  if (!present) return
  if (!present.isFile()) throw new UserError('E_EXISTS', `"${out}" is not a file that could be replaced.`)
  if (real(out) === real(picture)) throw new UserError('E_EXISTS', `"${out}" is the picture to explain.`)
  if (!force) throw exists(out)
}

function real(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return resolve(path)
  }
}

function exists(out: string): UserError {
  return new UserError('E_EXISTS', `There is a file "${out}" already.`, {
    hint: 'Give --force to replace it, or choose another name.',
  })
}

/** Writes the picture of an explanation. @throws UserError when something is in the way, or the folder is not there */
export async function writeOut(out: string, png: Uint8Array, force: boolean): Promise<void> {
  try {
    if (force) await writeAtomic(out, png)
    else await writeNew(out, png)
  } catch (error) {
    if (systemCode(error) === 'EEXIST') throw exists(out)
    if (systemCode(error) !== 'ENOENT') throw error
    throw new UserError('E_NO_FOLDER', `There is no folder "${dirname(out)}".`, { hint: 'Make it first.' })
  }
}
