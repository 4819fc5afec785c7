import { constants, existsSync } from 'node:fs'
import { access, readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { systemCode, UserError } from '../errors.ts'
import { FOREIGN_FILE } from './foreign.ts'
import { notGraph } from './limits.ts'

/** What a network's file is called in a folder of its own. */
const NAMES = [
  'model.json',
  'saved_model.pb',
  'frozen_graph.pb',
  'classify_image_graph_def.pb',
  'retrained_graph.pb',
  'output_graph.pb',
  'model.onnx',
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
  return path.join(given, name ?? (await onlyNetwork(given)))
}

/** The only .onnx or .pb file of a folder; else a file of a kind that is not read, which its reader then tells. */
async function onlyNetwork(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter(name => !name.startsWith('.')).sort()
  for (const ending of ['.onnx', '.pb']) {
    const found = names.filter(name => name.toLowerCase().endsWith(ending))
    if (found.length === 1) return found[0]!
    if (found.length > 1) {
      const several = `the folder ${folder} has several ${ending} files: ${list(found)}`
      throw notGraph(several, undefined, 'Give the path of one of them.')
    }
  }
  const foreign = names.find(name => FOREIGN_FILE.test(name))
  if (foreign !== undefined) return foreign
  throw notGraph(`the folder ${folder} has no model.json, saved_model.pb, frozen_graph.pb or .onnx file`)
}

const SHOWN = 5

function list(names: readonly string[]): string {
  return [...names.slice(0, SHOWN), ...(names.length > SHOWN ? [`${names.length - SHOWN} more`] : [])].join(', ')
}

/** @param code the operating system's */
export function unreadable(file: string, cause: unknown, code: string): UserError {
  const problem = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`
  return new UserError('E_NO_FILE', `${file} ${problem}.`, { cause })
}
