import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { findPlaces, type Place } from '../../dataset/places.ts'
import { findWorkingFolder } from '../../dataset/workingFolder.ts'
import { UserError } from '../../errors.ts'
import { list } from '../../text.ts'

/**
 * The working folder that a studio is to look after, by what was given.
 *
 * @throws UserError `E_NO_DATA` where its categories lie elsewhere than in its `data` itself: studio moves pictures there
 */
export async function ownFolder(given: string): Promise<string> {
  const found = await findWorkingFolder(given).catch(() => undefined) // a new one, or loose pictures
  if (found === undefined) return given
  const usual = join(found.root, 'data')
  if (resolve(found.data) !== resolve(usual)) {
    const message = `The category folders of "${found.data}" lie in no folder "data", in which studio moves pictures.`
    throw elsewhere(message, join(given, 'data'))
  }
  // Where it was at work before, what lies in data was made there, and is what it looks like.
  if (!existsSync(join(found.root, 'studio'))) await checkPlaces(usual)
  return found.root
}

/** What training looks into, deeper folders and the parts of a set, is nothing that a page can sort pictures in. */
async function checkPlaces(data: string): Promise<void> {
  const { places } = await findPlaces(data)
  const parts = places.filter(({ split }) => split !== undefined)
  if (parts.length > 0) throw alreadySplit(data, parts)
  const deeper = places.filter(({ folder }) => folder !== '').map(({ folder }) => `"${folder}"`)
  if (deeper.length === 0) return
  throw elsewhere(`The category folders of "${data}" lie deeper, in ${list(deeper, 3)}.`, data)
}

/** Nothing is to move between the parts of a set: what trains would be tested on. */
function alreadySplit(data: string, parts: readonly Place[]): UserError {
  const names = list(
    parts.map(({ folder }) => `"${folder}"`),
    parts.length,
  )
  const training = parts.find(({ split }) => split === 'train')!
  return new UserError('E_NO_DATA', `"${data}" is already split into ${names}, which studio leaves as they are.`, {
    hint:
      `To sort the pictures that train, copy "${training.folder}" into a new folder, call it data there, and give the new ` +
      'folder to itc studio. itc train and itc doctor take the set as it is, and show in pictures what is doubtful.',
  })
}

function elsewhere(message: string, data: string): UserError {
  return new UserError('E_NO_DATA', message, { hint: `Move them into ${data}; itc train takes them as they are.` })
}
