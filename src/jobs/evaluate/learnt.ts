import { type Picture, scanCategories } from '../../dataset/scan.ts'
import { hashBytes } from '../../disk/identity.ts'
import { DEFAULT_LIMITS } from '../../image/limits.ts'
import { PictureError } from '../../image/pictureError.ts'
import { withPictureFile } from '../../image/read.ts'
import type { PicturePlace } from '../../model/pictures.ts'

/**
 * Counts pictures that lie in the model's own data folder too, byte for byte: figures measured on them flatter. Only
 * files of equal size are read.
 *
 * @returns undefined when there is no data folder any more
 */
export async function countLearnt(
  pictures: readonly Picture[],
  place: PicturePlace | undefined,
): Promise<number | undefined> {
  const data = place && (await scanCategories(place.folders, place).catch(() => undefined))
  if (data === undefined) return undefined
  const sizes = new Set(pictures.map(({ size }) => size))
  const alike = data.pictures.filter(({ size, split }) => sizes.has(size) && (split ?? 'train') === 'train')
  const alikeSizes = new Set(alike.map(({ size }) => size))
  const learnt = new Set(await Promise.all(alike.map(hashOf)))
  const own = await Promise.all(pictures.filter(({ size }) => alikeSizes.has(size)).map(hashOf))
  return own.filter(hash => hash !== undefined && learnt.has(hash)).length
}

/** Undefined for a file that can't be read: it is skipped elsewhere. A shortage of the machine would hide what was learnt. */
async function hashOf({ path }: Picture): Promise<string | undefined> {
  return withPictureFile(path, DEFAULT_LIMITS, async ({ bytes }) => hashBytes(bytes)).catch(error => {
    if (error instanceof PictureError) return undefined
    throw error
  })
}
