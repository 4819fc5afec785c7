import type { Place } from '../api.ts'

export const UNLABELED = '.unlabeled' satisfies Place
export const TRASH = '.trash' satisfies Place

export function isCategory(place: Place): boolean {
  return !place.startsWith('.')
}

/** A label or a place as people read it. */
export function shownPlace(place: Place): string {
  if (place === UNLABELED) return 'unlabelled'
  return place === TRASH ? 'trash' : place.replaceAll('_', ' ')
}
