import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { listFolder } from '../disk/walk.ts'
import { decodeName, isHidden } from './names.ts'

/** What lies in a folder, by names; hidden ones left out. */
export interface Look {
  readonly folders: readonly string[]
  readonly files: readonly string[]
  /** Links to folders, where they are not followed. */
  readonly links: readonly string[]
}

/**
 * Looks at what lies in a folder; undefined for one that can't be listed.
 *
 * @param folder under `root`; '' for `root` itself
 * @param followLinks takes links to folders for folders
 */
export async function look(root: string, folder: string, followLinks = false): Promise<Look | undefined> {
  const path = join(root, folder)
  const entries = await listFolder(path).catch(() => undefined)
  if (entries === undefined) return undefined
  const found = { folders: [] as string[], files: [] as string[], links: [] as string[] }
  for (const { type, name: bytes } of entries) {
    const name = decodeName(bytes)
    if (name === undefined || isHidden(name)) continue
    if (type === 'folder') found.folders.push(name)
    else if (type === 'link' && (await isFolder(join(path, name)))) found[followLinks ? 'folders' : 'links'].push(name)
    else found.files.push(name)
  }
  return found
}

/** Whether a folder is there; a link to one is one. */
export async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    found => found.isDirectory(),
    () => false,
  )
}

/** The same without some names. */
export function without({ folders, files, links }: Look, names: ReadonlySet<string>): Look {
  const [a, b, c] = [folders, files, links].map(some => some.filter(name => !names.has(name)))
  return { folders: a!, files: b!, links: c! }
}
