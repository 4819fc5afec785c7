import { join } from 'node:path'
import { readJson, writeJson } from '../disk/json.ts'
import { isRecipe, type Recipe } from '../image/recipe.ts'
import { VERSION } from '../version.ts'
import { defaultCacheFolder } from './cacheFolder.ts'

/** What a network's graph tells, and what takes a second or two to find out in a large one. */
export interface Description {
  /** Length of one bottleneck, inner layers included. */
  readonly features: number
  readonly inner?: readonly number[] | undefined
  readonly recipe: Recipe
}

/** @param key tells one network, used in one way, from all others; what this version kept under it is not found out again */
export async function described(
  key: string,
  cacheFolder: string | undefined,
  open: () => Promise<Description>,
): Promise<Description> {
  const path = join(cacheFolder ?? defaultCacheFolder(), 'described', `${VERSION}-${key}.json`)
  const kept = await readJson<Description>(path, isDescription)
  if (kept !== undefined) return kept
  const { features, inner, recipe } = await open()
  // A cache that can't be written only costs time.
  await writeJson(path, { features, inner, recipe }).catch(() => undefined)
  return { features, inner, recipe }
}

function isDescription({ features, inner = [], recipe }: Partial<Description>): boolean {
  const isLength = (length: unknown) => Number.isSafeInteger(length) && (length as number) > 0
  return isLength(features) && Array.isArray(inner) && inner.every(isLength) && isRecipe(recipe ?? {})
}
