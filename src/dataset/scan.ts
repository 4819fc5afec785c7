import { join } from 'node:path'
import { listFolder } from '../disk/walk.ts'
import { type Category, collect, entriesOf, type Found } from './collect.ts'
import { allUnder } from './common.ts'
import { checkCategories, missingFolder } from './missing.ts'
import { oursIn } from './ours.ts'
import type { Picture, ScanOptions, Skipped } from './picture.ts'
import { findPlaces, type Place } from './places.ts'
import type { Split } from './split.ts'

export type { Picture, ScanOptions, Skipped } from './picture.ts'

export interface Dataset {
  /** What all paths are relative to: the data folder, or what several have in common. */
  readonly folder: string
  /** Sorted by code point. */
  readonly categories: readonly string[]
  /** By category, then by name, whatever the order of the file system. */
  readonly pictures: readonly Picture[]
  readonly skipped: readonly Skipped[]
}

/**
 * Lists folders of category folders, folders inside them included, wherever `findPlaces` finds them. Opens no file. Links
 * to files count as files. Categories without a file that may be a picture are left out, and listed.
 *
 * @param folders each holds one folder a category; what is called the same is one category
 * @throws UserError `E_NO_DATA`, `E_NOT_A_FOLDER`, `E_UNREADABLE_FOLDER`, `E_NO_CATEGORIES`, `E_ONE_CATEGORY`,
 *   `E_EMPTY_CATEGORY`
 */
export async function scanDataset(folders: string | readonly string[], options: ScanOptions = {}): Promise<Dataset> {
  const { folder, categories, pictures, skipped } = await scanCategories(folders, options)
  const filled = new Set(pictures.map(({ label }) => label))
  const empty = categories.filter(category => !filled.has(category))
  checkCategories([folders].flat(), { categories: [...filled], empty, skipped })
  const emptied = empty.map(relative => ({ relative, reason: 'a category folder without pictures, left out' }))
  return {
    folder,
    categories: categories.filter(category => filled.has(category)),
    pictures,
    skipped: [...emptied, ...skipped],
  }
}

/**
 * The same, content with whatever categories there are: one, or none, or empty ones.
 *
 * @throws UserError `E_NO_DATA`, `E_NOT_A_FOLDER`, `E_UNREADABLE_FOLDER`
 */
export async function scanCategories(folders: string | readonly string[], options: ScanOptions = {}): Promise<Dataset> {
  const { common, roots } = await allUnder([folders].flat())
  const found: Found = { pictures: [], skipped: [] }
  const tops: Top[] = []
  for (const root of roots) tops.push(...(await listCategories({ ...root, ...options }, found)))
  const categories: string[] = []
  for (const { label, ...top } of labelled(tops)) {
    if (top.type !== 'folder') {
      found.skipped.push({ relative: top.shown, reason: NOT_IN_CATEGORY })
      continue
    }
    if (label !== categories.at(-1)) categories.push(label)
    await collect({ ...top, ...options, label }, top.relative, found)
  }
  found.skipped.sort((a, b) => (a.relative < b.relative ? -1 : 1))
  return { folder: common, categories, ...found }
}

const NOT_IN_CATEGORY = 'not in a category folder'
const BESIDE_SPLIT = 'a folder beside those of a set that is already split, left out'

/** A folder of category folders that was asked for. */
type Root = Pick<Category, 'data' | 'prefix' | 'trail'> & ScanOptions

/** An entry where category folders are. */
interface Top extends Root {
  readonly name: string
  readonly relative: string
  readonly shown: string
  readonly type: 'folder' | 'file'
  readonly split: Split | undefined
}

/** What lies where category folders are, in all such places of a folder. */
async function listCategories(root: Root, found: Found): Promise<Top[]> {
  const { data, prefix, plain = false, followLinks } = root
  const here: Place = { folder: '' }
  const { places, stray, beside } = plain
    ? { places: [here], stray: [], beside: [] }
    : await findPlaces(data, followLinks)
  for (const relative of stray) found.skipped.push({ relative: prefix + relative, reason: NOT_IN_CATEGORY })
  for (const relative of beside) found.skipped.push({ relative: prefix + relative, reason: BESIDE_SPLIT })
  const ours = plain ? new Set() : await oursIn(data)
  const tops: Top[] = []
  for (const { folder, split } of places) {
    const entries = await listFolder(join(data, folder)).catch(error => {
      throw missingFolder(join(data, folder), error)
    })
    for (const { name, relative, shown, type, trail } of await entriesOf(root, folder, entries, found)) {
      if (folder !== '' || !ours.has(name)) tops.push({ data, prefix, name, relative, shown, type, trail, split })
    }
  }
  return tops
}

/** Folders whose names look the same are one category, named by the one with whole letters: macOS parts them from accents. */
function labelled(tops: readonly Top[]): (Top & { readonly label: string })[] {
  const labels = new Map<string, string>()
  for (const { name } of tops) {
    const whole = name.normalize('NFC')
    if (name === whole || !labels.has(whole)) labels.set(whole, name)
  }
  return tops
    .map(top => ({ ...top, label: labels.get(top.name.normalize('NFC'))! }))
    .sort((a, b) => Buffer.compare(Buffer.from(a.label), Buffer.from(b.label)))
}
