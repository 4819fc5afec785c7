import { join } from 'node:path'
import { type Entry, listFolder, statAll } from '../disk/walk.ts'
import { systemCode } from '../errors.ts'
import { checkCategories, missingFolder } from './missing.ts'
import { decodeName, isHidden, isSidecar, showName } from './names.ts'
import { findPlaces, type Place } from './places.ts'
import type { Split } from './split.ts'

/** A file that is to be a picture; nobody has opened it yet. */
export interface Picture {
  /** The category: its folder's name, exactly. */
  readonly label: string
  /** The data folder joined with `relative`: opens the file. */
  readonly path: string
  /** category/…/file, with `/` on every system; before it the folders that the categories lie in. */
  readonly relative: string
  /** Bytes; of the target where the file is a link. */
  readonly size: number
  readonly mtimeMs: number
  /** What it is for, where the folder above its category's says so. */
  readonly split?: Split | undefined
}

/** What lies in the data folder and is not used. */
export interface Skipped {
  readonly relative: string
  /** A fragment to put behind the name, such as "a FIFO". */
  readonly reason: string
}

export interface Dataset {
  /** Sorted by code point. */
  readonly categories: readonly string[]
  /** By category, then by name, whatever the order of the file system. */
  readonly pictures: readonly Picture[]
  readonly skipped: readonly Skipped[]
}

/**
 * Lists a folder of category folders, folders inside them included, wherever `findPlaces` finds them. Opens no file. Links
 * to files count as files; links to folders are not followed, so a loop of links does no harm. Categories without a file
 * that may be a picture are left out, and listed.
 *
 * @param dataFolder the folder that holds one folder a category
 * @throws UserError `E_NO_DATA`, `E_NOT_A_FOLDER`, `E_UNREADABLE_FOLDER`, `E_NO_CATEGORIES`, `E_ONE_CATEGORY`,
 *   `E_EMPTY_CATEGORY`
 */
export async function scanDataset(dataFolder: string): Promise<Dataset> {
  const { categories, pictures, skipped } = await scanCategories(dataFolder)
  const filled = new Set(pictures.map(({ label }) => label))
  const empty = categories.filter(category => !filled.has(category))
  checkCategories(dataFolder, { categories: [...filled], empty, skipped })
  const emptied = empty.map(relative => ({ relative, reason: 'a category folder without pictures, left out' }))
  return {
    categories: categories.filter(category => filled.has(category)),
    pictures,
    skipped: [...emptied, ...skipped],
  }
}

/**
 * The same, content with whatever categories there are: one, or none, or empty ones.
 *
 * @param plain takes every folder in the data folder for a category, whatever it looks like
 * @throws UserError `E_NO_DATA`, `E_NOT_A_FOLDER`, `E_UNREADABLE_FOLDER`
 */
export async function scanCategories(dataFolder: string, { plain = false } = {}): Promise<Dataset> {
  const found: Found = { pictures: [], skipped: [] }
  const categories: string[] = []
  for (const { label, ...entry } of labelled(await listCategories(dataFolder, plain, found))) {
    if (entry.type !== 'folder') {
      found.skipped.push({ relative: entry.relative, reason: NOT_IN_CATEGORY })
      continue
    }
    if (label !== categories.at(-1)) categories.push(label)
    const folder = join(dataFolder, entry.relative)
    const inside = await listFolder(folder).catch(error => {
      throw missingFolder(folder, error)
    })
    await collect({ data: dataFolder, label, split: entry.split }, entry.relative, inside, found)
  }
  found.skipped.sort((a, b) => (a.relative < b.relative ? -1 : 1))
  return { categories, ...found }
}

const NOT_IN_CATEGORY = 'not in a category folder'

/** What lies where category folders are, in all such places. */
async function listCategories(dataFolder: string, plain: boolean, found: Found): Promise<Top[]> {
  const here: Place = { folder: '' }
  const { places, stray } = plain ? { places: [here], stray: [] } : await findPlaces(dataFolder)
  for (const relative of stray) found.skipped.push({ relative, reason: NOT_IN_CATEGORY })
  const tops: Top[] = []
  for (const { folder, split } of places) {
    const entries = await listFolder(join(dataFolder, folder)).catch(error => {
      throw missingFolder(join(dataFolder, folder), error)
    })
    for (const entry of await resolve(dataFolder, folder, entries, found)) tops.push({ ...entry, split })
  }
  return tops
}

/** Folders whose names look the same are one category, named by the one with whole letters: macOS parts them from accents. */
function labelled(entries: readonly Top[]): (Top & { readonly label: string })[] {
  const labels = new Map<string, string>()
  for (const { name } of entries) {
    const whole = name.normalize('NFC')
    if (name === whole || !labels.has(whole)) labels.set(whole, name)
  }
  return entries
    .map(entry => ({ ...entry, label: labels.get(entry.name.normalize('NFC'))! }))
    .sort((a, b) => Buffer.compare(Buffer.from(a.label), Buffer.from(b.label)))
}

interface Found {
  readonly pictures: Picture[]
  readonly skipped: Skipped[]
}

/** An entry whose name is text and that is either a folder or a file. */
interface Resolved {
  readonly name: string
  readonly relative: string
  readonly type: 'folder' | 'file'
  readonly size: number
  readonly mtimeMs: number
}

/** An entry where category folders are. */
interface Top extends Resolved {
  readonly split: Split | undefined
}

/** The category that files are found for. */
interface Category extends Pick<Picture, 'label' | 'split'> {
  readonly data: string
}

/** Depth first, so that the pictures come in the order of their names. */
async function collect(category: Category, folder: string, entries: Entry[], found: Found): Promise<void> {
  const { data, label, split } = category
  for (const { name, relative, type, size, mtimeMs } of await resolve(data, folder, entries, found)) {
    const path = join(data, relative)
    if (type === 'folder') {
      const inside = await listFolder(path).catch(error => systemCode(error) ?? String(error))
      if (typeof inside === 'string')
        found.skipped.push({ relative, reason: `a folder that cannot be read (${inside})` })
      else await collect(category, relative, inside, found)
    } else if (isSidecar(name)) found.skipped.push({ relative, reason: 'not a picture by its ending' })
    else if (size === 0) found.skipped.push({ relative, reason: 'an empty file' })
    else found.pictures.push({ label, path, relative, size, mtimeMs, split })
  }
}

/** Drops what is hidden, lists what is neither file nor folder, and measures the files. */
async function resolve(data: string, folder: string, entries: Entry[], found: Found): Promise<Resolved[]> {
  const named: { name: string; relative: string; path: string; entry: Entry }[] = []
  for (const entry of entries) {
    const name = decodeName(entry.name)
    const relative = folder === '' ? (name ?? showName(entry.name)) : `${folder}/${name ?? showName(entry.name)}`
    if (isHidden(name ?? showName(entry.name))) continue
    if (name === undefined) found.skipped.push({ relative, reason: 'its name is not valid UTF-8: rename it' })
    else if (entry.type === 'special') found.skipped.push({ relative, reason: entry.what })
    else named.push({ name, relative, path: join(data, relative), entry })
  }
  const files = named.filter(({ entry }) => entry.type !== 'folder')
  const measured = await statAll(files.map(({ path, entry }) => ({ path, link: entry.type === 'link' })))
  const measures = new Map(files.map(({ name }, index) => [name, measured[index]!]))
  const resolved: Resolved[] = []
  for (const { name, relative } of named) {
    const measure = measures.get(name)
    if (typeof measure === 'string') found.skipped.push({ relative, reason: measure })
    else if (measure === undefined) resolved.push({ name, relative, type: 'folder', size: 0, mtimeMs: 0 })
    else resolved.push({ name, relative, type: 'file', ...measure })
  }
  return resolved
}
