import { basename, join, resolve } from 'node:path'
import { UserError } from '../errors.ts'
import { count, list } from '../text.ts'
import { isFolder, look, without } from './look.ts'
import { example } from './missing.ts'
import { isPictureName } from './names.ts'
import { holdsOurs, OWN_FOLDER, oursIn, takenNames } from './ours.ts'
import { findPlaces } from './places.ts'
import { findRoot, isData, parentOf } from './root.ts'

/** A working folder, `tf_files`, and where its pictures lie. */
export interface WorkingFolder {
  /** Where the model is, or goes. */
  readonly root: string
  /** The folder of category folders; it may not be there. */
  readonly data: string
}

/**
 * The working folder that is meant by a folder, and its pictures. Besides a working folder that may be: its `data`; the
 * folder above a working folder; category folders themselves, whose model goes into `tf_files` among them.
 *
 * @throws UserError `E_NO_CATEGORIES`, `E_BAD_NAME`, which name the folder to give where it can't be told what is meant
 */
export async function findWorkingFolder(given: string, followLinks = false): Promise<WorkingFolder> {
  const root = await findRoot(given)
  const [usual, own] = [join(root, 'data'), join(given, OWN_FOLDER)]
  if (await isFolder(usual)) {
    if (root === own && (await holdsCategories(given, followLinks))) throw severalMeanings(given, [own])
    return { root, data: root === parentOf(given) && isData(given) ? given : usual }
  }
  if (root === own || root === parentOf(given)) return { root, data: given }
  const here = await look(given, '', followLinks)
  if (here === undefined) return { root, data: usual }
  const { folders, files, links } = without(here, await oursIn(given))
  const working = await workingIn(given, folders)
  if (working.length > 0) {
    const others = folders.map(name => join(given, name)).filter(path => !working.includes(path))
    const hold = await Promise.all(others.map(path => holdsPictures(path, followLinks)))
    if (working.length > 1 || hold.includes(true)) throw severalMeanings(given, working)
    return { root: working[0]!, data: join(working[0]!, 'data') }
  }
  if (links.length > 1 || (await holdsCategories(given, followLinks))) return amongCategories(given, folders)
  if (isOwnName(given) && folders.length === 0 && holdsOurs(given) && (await holdsCategories(parentOf(given)))) {
    return { root: given, data: parentOf(given) }
  }
  const loose = files.filter(isPictureName).length
  if (loose > 0) throw await looseError(given, loose)
  return { root, data: usual }
}

/**
 * The category folders that are meant by a folder, for what only looks at them: those of `findWorkingFolder`, else what is
 * in the folder itself, be it a single one.
 *
 * @throws UserError as `findWorkingFolder`
 */
export async function findCategoryFolders(given: string, followLinks = false): Promise<string> {
  const { data } = await findWorkingFolder(given, followLinks)
  return (await isFolder(data)) ? data : given
}

/** Folders that are working folders: with category folders in `data`, or with what itc writes. */
async function workingIn(given: string, folders: readonly string[]): Promise<string[]> {
  const paths = folders.map(name => join(given, name))
  const inside = await Promise.all(paths.map(path => look(path, 'data')))
  return paths.filter((path, at) => (inside[at]?.folders.length ?? 0) > 0 || holdsOurs(path))
}

/** Where the model of category folders goes that were given themselves. */
async function amongCategories(given: string, folders: readonly string[]): Promise<WorkingFolder> {
  if (isOwnName(given) || holdsOurs(given)) {
    const [taken] = holdsOurs(given) ? [] : takenNames(folders)
    if (taken === undefined) return { root: given, data: given }
    throw new UserError('E_BAD_NAME', `The category "${taken}" in "${given}" is called as what itc writes there.`, {
      hint: `Put the categories into ${join(given, 'data')}.`,
    })
  }
  const above = parentOf(given)
  const beside = isData(given) ? await look(above, '') : undefined
  const isAlone = beside?.folders.length === 1 && !beside.files.some(isPictureName)
  return { root: isAlone ? above : join(given, OWN_FOLDER), data: given }
}

/** Whether two folders or more hold pictures, and they are half of all at least: else it is a folder of something else. */
async function holdsCategories(folder: string, followLinks = false): Promise<boolean> {
  const { places } = await findPlaces(folder, followLinks)
  const ours = await oursIn(folder)
  const found = await Promise.all(
    places.map(async place => {
      const names = (await look(folder, place.folder, followLinks))?.folders ?? []
      const own = place.folder === '' ? names.filter(name => !ours.has(name)) : names
      return Promise.all(own.map(name => holdsPictures(join(folder, place.folder, name), followLinks)))
    }),
  )
  const are = found.flat()
  const held = are.filter(Boolean).length
  return held > 1 && held * 2 >= are.length
}

/** Whether pictures lie in a folder or in the folders in it, by their names. */
async function holdsPictures(folder: string, followLinks: boolean, depth = 2): Promise<boolean> {
  const found = await look(folder, '', followLinks)
  if (found === undefined) return false
  if (found.files.some(isPictureName)) return true
  if (depth === 0) return false
  for (const name of found.folders) if (await holdsPictures(join(folder, name), followLinks, depth - 1)) return true
  return false
}

function severalMeanings(given: string, working: readonly string[]): UserError {
  const one = working.length === 1
  const what = one ? 'a working folder and other pictures' : `${working.length} working folders`
  const hint = one
    ? `Give the working folder, ${working[0]}, or name the pictures with --data.`
    : `Give one of them: ${list(working, 5)}.`
  return new UserError('E_NO_DATA', `There is no folder "data" in "${given}", but ${what}.`, { hint })
}

/** The error for pictures in no category folder, which may be those of one category. */
async function looseError(given: string, loose: number): Promise<UserError> {
  const above = parentOf(given)
  const message = `${count(loose, 'picture')} in "${given}" ${loose === 1 ? 'lies' : 'lie'} in no category folder.`
  const whole = isData(above) ? parentOf(above) : above
  const isCategory = await holdsCategories(above)
  const hint = isCategory ? `If it is a category itself, give the folder that all lie in: ${whole}` : example(given)
  return new UserError('E_NO_CATEGORIES', message, { hint })
}

function isOwnName(folder: string): boolean {
  return basename(resolve(folder)) === OWN_FOLDER
}
