import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { makeFolder } from '../disk/folder.ts'
import type { Recipe } from '../image/recipe.ts'
import { VERSION } from '../version.ts'
import { defaultCacheFolder } from './cacheFolder.ts'

/** What a network's graph tells, and what takes a second or two to find out in a large one. */
export interface Description {
  /** Length of one bottleneck. */
  readonly features: number
  readonly recipe: Recipe
}

/** @param key tells one network, used in one way, from all others; what this version kept under it is not found out again */
export async function described(
  key: string,
  cacheFolder: string | undefined,
  open: () => Promise<Description>,
): Promise<Description> {
  const path = join(cacheFolder ?? defaultCacheFolder(), 'described', `${VERSION}-${key}.json`)
  const kept = await readFile(path, 'utf8').then(JSON.parse, () => undefined)
  if (kept !== undefined) return kept as Description
  const { features, recipe } = await open()
  // A cache that can't be written only costs time.
  await makeFolder(dirname(path))
    .then(() => writeFile(path, JSON.stringify({ features, recipe })))
    .catch(() => undefined)
  return { features, recipe }
}
