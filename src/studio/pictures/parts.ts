import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { findPlaces, type Place } from '../../dataset/places.ts'
import { scanCategories } from '../../dataset/scan.ts'
import { makeFolder } from '../../disk/folder.ts'
import { readJson } from '../../disk/json.ts'
import { writeAtomic } from '../../disk/writeAtomic.ts'
import { anyObject } from '../../schema.ts'
import type { KeptPart } from '../api.ts'
import type { StudioFolder } from './folder.ts'

/** Where pictures are sorted in a set that is already split: in what trains. The others stay as they are. */
export interface Parts {
  /** Under data, with `/`; '' for data itself, which is no such set. */
  readonly part: string
  readonly kept: readonly KeptPart[]
}

const NO_PARTS: Parts = { part: '', kept: [] }

/**
 * The parts of a working folder's pictures. Once studio has been at work in one, the choice stays: what lies in data may
 * have been made there, and may be called train and test for all that.
 */
export async function partsOf({ data, journal, settings }: StudioFolder): Promise<Parts> {
  const chosen = await chosenPart(settings)
  if (chosen === undefined && existsSync(journal)) return NO_PARTS
  const { places } = await findPlaces(data)
  const part = chosen ?? trainingPart(places)
  if (part === undefined || !existsSync(join(data, part))) return NO_PARTS
  return { part, kept: await keptParts(data, places, part) }
}

/** The one part to train on; undefined where there is none, or several. */
function trainingPart(places: readonly Place[]): string | undefined {
  const [only, ...more] = places.filter(({ split }) => split === 'train')
  return more.length === 0 ? only?.folder : undefined
}

async function keptParts(data: string, places: readonly Place[], part: string): Promise<KeptPart[]> {
  const others = places.filter(({ folder, split }) => split !== undefined && folder !== part)
  return Promise.all(
    others.map(async ({ folder }) => {
      const { categories, pictures } = await scanCategories(join(data, folder), { plain: true })
      return { folder, categories, pictures: pictures.length }
    }),
  )
}

async function chosenPart(settings: string): Promise<string | undefined> {
  const { part }: Record<string, unknown> = (await readJson(settings, anyObject)) ?? {}
  return typeof part === 'string' && part !== '' && !part.split('/').includes('..') ? part : undefined
}

/** Writes down which part was chosen; before the journal is there. */
export async function choosePart({ settings }: StudioFolder, { part }: Parts): Promise<void> {
  if (part === '' || (await chosenPart(settings)) === part) return
  await makeFolder(dirname(settings))
  const others = (await readJson(settings, anyObject)) ?? {}
  await writeAtomic(settings, `${JSON.stringify({ ...others, part }, undefined, 2)}\n`)
}
