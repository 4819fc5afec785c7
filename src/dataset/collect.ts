import { join, resolve, sep } from 'node:path'
import { isInsideByName, realPath } from '../disk/inside.ts'
import { type Entry, LINK_TO_FOLDER, listFolder, statAll } from '../disk/walk.ts'
import { isShortage } from '../errors/system.ts'
import { systemCode } from '../errors.ts'
import { missingFolder } from './missing.ts'
import { decodeName, isHidden, isSidecar, showName } from './names.ts'
import type { Picture, ScanOptions, Skipped } from './picture.ts'

/** The category that files are found for. */
export interface Category extends Pick<Picture, 'label' | 'split'>, ScanOptions {
  readonly data: string
  /** Put before paths under `data` wherever they are told: '' where there is one data folder. */
  readonly prefix: string
  /** Real paths of the folders whose links were followed to here. */
  readonly trail?: readonly string[] | undefined
}

export interface Found {
  readonly pictures: Picture[]
  readonly skipped: Skipped[]
}

/** Where entries are listed. */
type Listed = Pick<Category, 'data' | 'prefix' | 'followLinks' | 'trail'>

/** An entry whose name is text and that is either a folder or a file. */
interface Resolved {
  readonly name: string
  /** Under the data folder. */
  readonly relative: string
  /** As it is told. */
  readonly shown: string
  readonly type: 'folder' | 'file'
  readonly size: number
  readonly mtimeMs: number
  readonly trail?: readonly string[] | undefined
}

/**
 * Finds the pictures of a category's folder, depth first, so that they come in the order of their names.
 *
 * @throws UserError for a folder that can't be listed
 */
export async function collect(category: Category, folder: string, found: Found): Promise<void> {
  const path = join(category.data, folder)
  const entries = await listFolder(path).catch(error => {
    throw missingFolder(path, error)
  })
  await collectFrom(category, folder, entries, found)
}

async function collectFrom(category: Category, folder: string, entries: Entry[], found: Found): Promise<void> {
  const { data, label, split, isElsewhere } = category
  for (const entry of await entriesOf(category, folder, entries, found)) {
    const { name, relative, shown, type, size, mtimeMs, trail } = entry
    const path = join(data, relative)
    const skip = (reason: string) => void found.skipped.push({ relative: shown, reason })
    if (type === 'folder') {
      const inside = await listFolder(path).catch(error => {
        if (isShortage(error)) throw error // no fault of the folder, whose pictures would be missed
        return systemCode(error) ?? String(error)
      })
      if (typeof inside === 'string') skip(`a folder that cannot be read (${inside})`)
      else await collectFrom({ ...category, trail }, relative, inside, found)
    } else if (isSidecar(name)) skip('not a picture by its ending')
    else if (size === 0) skip('an empty file')
    else {
      const cachedAs = isElsewhere ? wholeName(path) : undefined
      found.pictures.push({ label, path, relative: shown, size, mtimeMs, split, ...(cachedAs && { cachedAs }) })
    }
  }
}

/** Drops what is hidden, lists what is neither file nor folder, and measures the files. */
export async function entriesOf(at: Listed, folder: string, entries: Entry[], found: Found): Promise<Resolved[]> {
  const named: { name: string; relative: string; path: string; entry: Entry }[] = []
  const skip = (relative: string, reason: string) => found.skipped.push({ relative: at.prefix + relative, reason })
  for (const entry of entries) {
    const name = decodeName(entry.name)
    const relative = folder === '' ? (name ?? showName(entry.name)) : `${folder}/${name ?? showName(entry.name)}`
    if (isHidden(name ?? showName(entry.name))) continue
    if (name === undefined) skip(relative, 'its name is not valid UTF-8: rename it')
    else if (entry.type === 'special') skip(relative, entry.what)
    else named.push({ name, relative, path: join(at.data, relative), entry })
  }
  const files = named.filter(({ entry }) => entry.type !== 'folder')
  const measured = await statAll(files.map(({ path, entry }) => ({ path, link: entry.type === 'link' })))
  const measures = new Map(files.map(({ name }, index) => [name, measured[index]!]))
  const here = at.followLinks ? [...(at.trail ?? []), await realPath(join(at.data, folder))] : []
  const resolved: Resolved[] = []
  for (const { name, relative, path } of named) {
    const measure = measures.get(name)
    const base = { name, relative, shown: at.prefix + relative, trail: at.trail }
    if (measure === LINK_TO_FOLDER && at.followLinks) {
      const target = await realPath(path)
      // To follow it would have no end.
      if (here.some(before => isInsideByName(target, before))) skip(relative, 'a link to a folder that it lies in')
      else resolved.push({ ...base, trail: here, type: 'folder', size: 0, mtimeMs: 0 })
    } else if (typeof measure === 'string') skip(relative, withRemedy(measure))
    else if (measure === undefined) resolved.push({ ...base, type: 'folder', size: 0, mtimeMs: 0 })
    else resolved.push({ ...base, type: 'file', ...measure })
  }
  return resolved
}

function withRemedy(reason: string): string {
  return reason === LINK_TO_FOLDER ? `${reason}: --follow-links follows it` : reason
}

/** The name of a file that no other file has, the same way on every system. */
function wholeName(path: string): string {
  return resolve(path).replaceAll(sep, '/')
}
