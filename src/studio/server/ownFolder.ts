import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { findPlaces } from '../../dataset/places.ts'
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
  if (!existsSync(join(found.root, 'studio', 'journal.jsonl'))) await checkPlaces(usual)
  return found.root
}

/** What training looks into, deeper folders and two parts to train on, is nothing that a page can sort pictures in. */
async function checkPlaces(data: string): Promise<void> {
  const { places } = await findPlaces(data)
  const training = places.filter(({ split }) => split === 'train').map(({ folder }) => `"${folder}"`)
  if (training.length > 1) throw split(data, training)
  if (training.length === 1) return
  const deeper = places.filter(({ folder }) => folder !== '').map(({ folder }) => `"${folder}"`)
  if (deeper.length === 0) return
  throw elsewhere(`The category folders of "${data}" lie deeper, in ${list(deeper, 3)}.`, data)
}

function split(data: string, training: readonly string[]): UserError {
  const message = `"${data}" has several parts to train on, ${list(training, training.length)}; studio sorts one.`
  return new UserError('E_NO_DATA', message, {
    hint: 'Move their category folders into one of them; itc train takes both.',
  })
}

function elsewhere(message: string, data: string): UserError {
  return new UserError('E_NO_DATA', message, { hint: `Move them into ${data}; itc train takes them as they are.` })
}
