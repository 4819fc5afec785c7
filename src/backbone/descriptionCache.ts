import { join } from 'node:path'
import { readJson, writeJson } from '../disk/json.ts'
import type { Recipe } from '../image/recipe.ts'
import { recipeSchema } from '../image/recipeSchema.ts'
import { array, flag, looseObject, name, optional, positive } from '../schema.ts'
import { VERSION } from '../version.ts'
import type { Found } from './backbone.ts'
import { defaultCacheFolder } from './cacheFolder.ts'

/** What a network's graph tells, and what takes a second or two to find out in a large one. */
export interface Description {
  /** Length of one bottleneck, inner layers included. */
  readonly features: number
  readonly inner?: readonly number[] | undefined
  readonly recipe: Recipe
  readonly found: Found
}

/** Raised when descriptions say more, or otherwise: those kept before are made again. */
const REVISION = 4

const description = looseObject({
  features: positive,
  inner: optional(array(positive)),
  recipe: recipeSchema,
  found: looseObject({ input: name, bottleneck: name, assumesSize: flag, assumesScaling: flag }),
})

/** @param key tells one network, used in one way, from all others; what this version kept under it is not found out again */
export async function described(
  key: string,
  cacheFolder: string | undefined,
  open: () => Promise<Description>,
): Promise<Description> {
  const path = join(cacheFolder ?? defaultCacheFolder(), 'described', `${VERSION}-${REVISION}-${key}.json`)
  const kept = await readJson<Description>(path, description)
  if (kept !== undefined) return kept
  const { features, inner, recipe, found } = await open()
  // A cache that can't be written only costs time.
  await writeJson(path, { features, inner, recipe, found }).catch(() => undefined)
  return { features, inner, recipe, found }
}
