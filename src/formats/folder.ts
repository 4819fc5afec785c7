import { constants, existsSync } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import path from 'node:path'
import { systemCode, UserError } from '../errors.ts'
import { notGraph } from './limits.ts'

/** What a network's file is called in a folder of its own. */
const NAMES = [
  'model.json',
  'saved_model.pb',
  'frozen_graph.pb',
  'classify_image_graph_def.pb',
  'retrained_graph.pb',
] as const

/**
 * The file that a network begins with: the one given, or the one in the folder given.
 *
 * @throws UserError E_NO_FILE, E_NOT_A_GRAPH when the folder holds none
 */
export async function networkFile(given: string): Promise<string> {
  try {
    const file = await fileOf(given)
    await access(file, constants.R_OK)
    return file
  } catch (error) {
    const code = systemCode(error)
    if (code === undefined || error instanceof UserError) throw error
    throw unreadable(given, error, code)
  }
}

async function fileOf(given: string): Promise<string> {
  const found = await stat(given)
  if (found.isFile()) return given
  // A device or a pipe may never end, and a network is read twice.
  if (!found.isDirectory()) throw new UserError('E_NO_FILE', `${given} is neither a file nor a folder.`)
  const name = NAMES.find(each => existsSync(path.join(given, each)))
  if (name === undefined) {
    throw notGraph(`the folder ${given} has no model.json, saved_model.pb or frozen_graph.pb`)
  }
  return path.join(given, name)
}

/** @param code the operating system's */
export function unreadable(file: string, cause: unknown, code: string): UserError {
  const problem = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`
  return new UserError('E_NO_FILE', `${file} ${problem}.`, { cause })
}
