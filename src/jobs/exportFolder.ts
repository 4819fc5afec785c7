import { randomBytes } from 'node:crypto'
import { rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import fs from 'fs-extra'
import { systemCode, UserError } from '../errors.ts'
import type { ExportFiles } from '../export/formats.ts'
import { makeFolder } from '../model/files.ts'

/**
 * Writes files into a folder, all or nothing: they are made in a hidden folder inside it, and take their places when all
 * are whole. A folder that is not there is made.
 *
 * @throws UserError `E_EXISTS` when one is there already, before anything is written
 */
export async function writeFolder(folder: string, files: ExportFiles): Promise<void> {
  const tops = [...new Set([...files.keys()].map(path => path.split('/')[0]!))]
  await checkFree(folder, tops)
  const made = await firstMissing(folder)
  await makeFolder(folder)
  const draft = join(folder, `.itc-export-${randomBytes(6).toString('hex')}.tmp`)
  const placed: string[] = []
  try {
    for (const [path, data] of files) await fs.outputFile(join(draft, path), data, { flush: true, flag: 'wx' })
    for (const top of tops) {
      await rename(join(draft, top), join(folder, top))
      placed.push(top)
    }
    await fs.remove(draft)
  } catch (error) {
    for (const path of [draft, ...placed.map(top => join(folder, top))]) await fs.remove(path).catch(() => undefined)
    if (made) await fs.remove(made).catch(() => undefined)
    throw error
  }
}

async function checkFree(folder: string, names: readonly string[]): Promise<void> {
  let present: string[]
  try {
    present = await fs.readdir(folder)
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT') return
    if (systemCode(cause) !== 'ENOTDIR') throw cause
    throw new UserError('E_EXISTS', `"${folder}" is a file, not a folder.`, { hint: 'Choose another --to.', cause })
  }
  const taken = names.find(name => present.includes(name))
  if (taken === undefined) return
  throw new UserError('E_EXISTS', `There is a "${taken}" in "${folder}" already; nothing is overwritten.`, {
    hint: 'Choose another --to, or remove what is there.',
  })
}

/** The topmost folder on the way that is not there. */
async function firstMissing(folder: string): Promise<string | undefined> {
  if (await fs.pathExists(folder)) return undefined
  const parent = dirname(folder)
  return (parent === folder ? undefined : await firstMissing(parent)) ?? folder
}
