import { categories, settings } from '../state.ts'

/** The category that a key names just now, if keys do anything. */
export function categoryOfKey(event: KeyboardEvent): string | undefined {
  if (!isPlain(event)) return undefined
  return categories.value.find(({ key }) => key === event.key)?.name
}

/** A key alone, while single keys are switched on and nobody types. */
function isPlain(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement | null
  const typing = target?.closest('input:not([type=checkbox], [type=range]), textarea, select') !== null
  return settings.value.shortcuts && !typing && !event.ctrlKey && !event.metaKey && !event.altKey
}

/** Calls what belongs to a key and keeps the browser from doing its own. @returns whether there was something */
export function press(event: KeyboardEvent, actions: Readonly<Record<string, () => void>>): boolean {
  const act = isPlain(event) ? actions[event.key.length === 1 ? event.key.toLowerCase() : event.key] : undefined
  if (!act) return false
  event.preventDefault()
  act()
  return true
}
