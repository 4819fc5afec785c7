import { basename, dirname, join, resolve } from 'node:path'
import { isFolder, look } from './look.ts'
import { holdsOurs, OWN_FOLDER } from './ours.ts'

/**
 * The working folder that is meant by a folder: itself; `tf_files` in it, which holds the model of category folders that
 * were given themselves; the one that it is the `data` of; or the only folder in it.
 */
export async function findRoot(given: string): Promise<string> {
  if ((await isFolder(join(given, 'data'))) || holdsOurs(given)) return given
  const own = join(given, OWN_FOLDER)
  if (holdsOurs(own) || (await isFolder(join(own, 'data')))) return own
  if (isData(given) && holdsOurs(parentOf(given))) return parentOf(given)
  const [only, ...more] = (await look(given, ''))?.folders ?? []
  return only !== undefined && more.length === 0 && holdsOurs(join(given, only)) ? join(given, only) : given
}

/** Whether a folder is called as that of a working folder's pictures. */
export function isData(folder: string): boolean {
  return basename(resolve(folder)) === 'data'
}

/** The folder above, written as the folder itself was. */
export function parentOf(folder: string): string {
  return ['.', '..'].includes(basename(folder)) ? join(folder, '..') : dirname(folder)
}
