import { join, relative, resolve, sep } from 'node:path'
import { isFolder } from '../dataset/look.ts'
import { findRoot } from '../dataset/root.ts'
import type { ScanOptions } from '../dataset/scan.ts'
import { findWorkingFolder } from '../dataset/workingFolder.ts'
import type { Manifest } from './manifest.ts'

/** Where pictures are said to lie. */
export interface PictureOptions {
  /** Folders of category folders, instead of `data` in the working folder. */
  readonly data?: string | readonly string[] | undefined
  /** Takes links to folders for folders. */
  readonly followLinks?: boolean | undefined
}

/** A working folder, and the folders of its pictures with the way to list them. */
export interface PicturePlace extends Pick<ScanOptions, 'followLinks' | 'isElsewhere'> {
  readonly root: string
  readonly folders: readonly string[]
}

/**
 * Where the pictures of a working folder lie: where it is said, else where its model was trained with others than its own,
 * else as `findWorkingFolder` finds them.
 *
 * @param trained what the model there tells of it
 * @throws UserError as `findWorkingFolder`
 */
export async function findPictures(
  given: string,
  { data, followLinks }: PictureOptions = {},
  trained?: Manifest['pictures'],
): Promise<PicturePlace> {
  const follow = followLinks ?? trained?.followLinks ?? false
  const told = [data ?? []].flat()
  if (told.length === 0 && trained === undefined) {
    const { root, data: own } = await findWorkingFolder(given, follow)
    return { root, folders: [own], followLinks: follow, isElsewhere: resolve(own) !== resolve(root, 'data') }
  }
  const root = await findRoot(given)
  const folders =
    told.length > 0 ? await Promise.all(told.map(dataIn)) : trained!.folders.map(each => resolve(root, each))
  return { root, folders, followLinks: follow, isElsewhere: true }
}

/** What the manifest keeps of it: only what can't be found again without being told. */
export function rememberedPictures({ root, folders, followLinks }: PicturePlace, { data }: PictureOptions) {
  if (data === undefined && !followLinks) return undefined
  // As seen from the working folder, so that both can be moved, and nothing is told of the machine.
  const seen = folders.map(folder => (relative(resolve(root), resolve(folder)) || '.').replaceAll(sep, '/'))
  return { folders: seen, followLinks: followLinks === true }
}

/** A working folder may be given for its pictures. */
async function dataIn(folder: string): Promise<string> {
  const inside = join(folder, 'data')
  return (await isFolder(inside)) ? inside : folder
}
