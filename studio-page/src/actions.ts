import type { Place } from '../../src/studio/api.ts'
import { operate } from './server/unsaved.ts'
import { categories, say, shownPlace } from './state.ts'
import { count } from './words.ts'

/** Puts pictures into a category, at once for the eye. @param left how many remain, to be said */
export async function label(ids: readonly number[], to: string, from: Place, left?: number): Promise<boolean> {
  say([`${shownPlace(to)}.`, left === undefined ? '' : `${left} left.`].join(' ').trim())
  return (await operate({ op: 'label', to, ids, from })) !== undefined
}

export async function away(ids: readonly number[], from: Place): Promise<boolean> {
  say(`${count(ids.length, 'picture')} to the trash.`)
  return (await operate({ op: 'trash', ids, from })) !== undefined
}

export async function unlabel(ids: readonly number[], from: Place): Promise<boolean> {
  say(`${count(ids.length, 'picture')} without a category.`)
  return (await operate({ op: 'unlabel', ids, from })) !== undefined
}

/** The category of that name, made if it is new. @returns undefined when it can't be */
export async function categoryNamed(text: string): Promise<string | undefined> {
  const folded = (name: string) => name.normalize('NFC').toLowerCase().replaceAll('_', ' ')
  const known = categories.value.find(({ name }) => folded(name) === folded(text))
  if (known) return known.name
  const answer = await operate({ op: 'category.add', to: text })
  return answer && text.normalize('NFC')
}
