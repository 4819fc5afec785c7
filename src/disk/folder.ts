import { mkdir, open, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { systemCode, UserError } from '../errors.ts'

/**
 * Makes a folder, and those above it, where they are absent. Node's own way to do so never comes back where the system says
 * for ever that there is no parent (/proc, some automounters).
 *
 * @throws UserError `E_GONE` there; else the system's error
 */
export async function makeFolder(folder: string): Promise<void> {
  await make(resolve(folder), false).catch(cause => {
    if (systemCode(cause) !== 'ENOENT') throw cause
    const message = `There is no folder "${folder}", and it can't be made.`
    throw new UserError('E_GONE', message, { hint: 'Check the path.', cause })
  })
}

async function make(path: string, retried: boolean): Promise<void> {
  try {
    await mkdir(path)
  } catch (error) {
    if ((await stat(path).catch(() => undefined))?.isDirectory()) return
    const parent = dirname(path)
    if (systemCode(error) !== 'ENOENT' || retried || parent === path) throw error
    await make(parent, false)
    await make(path, true)
  }
}

/** Waits until the names in a folder are on the disk: after a power cut a file without its name is lost. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined) // Windows opens no folders
  await folder?.sync().catch(() => undefined) // nor do all networks sync them
  await folder?.close()
}
