import { join } from 'node:path'
import { decodeName, isHidden } from '../../dataset/names.ts'
import { type Picture, type Skipped, scanCategories } from '../../dataset/scan.ts'
import { makeFolder } from '../../disk/folder.ts'
import { listFolder, statAll } from '../../disk/walk.ts'
import { systemCode } from '../../errors.ts'
import { scanSource } from '../../jobs/guess/scan.ts'
import type { Place } from '../api.ts'
import { type StudioFolder, shownPath } from './folder.ts'
import { TRASH, UNLABELED } from './place.ts'

/** A picture's file as found on the disk. */
export interface FoundPicture {
  /** See `shownPath`. */
  readonly path: string
  readonly place: Place
  readonly size: number
  readonly mtimeMs: number
}

export interface FoundPictures {
  readonly categories: readonly string[]
  readonly pictures: readonly FoundPicture[]
  /** Of data: what is there and is no picture that can be used. */
  readonly skipped: readonly Skipped[]
}

/** Lists all pictures of a working folder; opens none. */
export async function scanFolder(folder: StudioFolder): Promise<FoundPictures> {
  await makeFolder(folder.data).catch(error => {
    if (systemCode(error) !== 'EROFS' && systemCode(error) !== 'EACCES') throw error // then the scan says what is wrong
  })
  const { categories, pictures, skipped } = await scanCategories(folder.data, { plain: true })
  const data = pictures.map(({ path, label, size, mtimeMs }: Picture) => ({
    path: shownPath(folder.root, path),
    place: label,
    size,
    mtimeMs,
  }))
  const unlabeled = await scanLoose(folder.root, folder.unlabeled, UNLABELED)
  const trash = await scanLoose(folder.root, folder.trash, TRASH)
  return { categories, pictures: [...data, ...unlabeled, ...trash], skipped }
}

/** Pictures of a folder and those in it; none where there is no such folder. */
async function scanLoose(root: string, folder: string, place: Place): Promise<FoundPicture[]> {
  const { pictures } = await scanSource(folder, 'none').catch(error => {
    if (systemCode(error) === 'ENOENT' || systemCode((error as Error).cause) === 'ENOENT') return { pictures: [] }
    throw error
  })
  const paths = pictures.map(({ original }) => join(folder, original))
  const measured = await statAll(paths.map(path => ({ path, link: false })))
  return paths.flatMap((path, at) => {
    const stat = measured[at]!
    return typeof stat === 'string' ? [] : [{ path: shownPath(root, path), place, ...stat }]
  })
}

/** The categories alone: quick, however many pictures there are. */
export async function listCategories(folder: StudioFolder): Promise<string[]> {
  const entries = await listFolder(folder.data)
  return entries.flatMap(({ type, name }) => {
    const text = decodeName(name)
    return type === 'folder' && text !== undefined && !isHidden(text) ? [text] : []
  })
}
