import { effect, signal } from '@preact/signals'
import type { PhoneDoor } from '../../../src/studio/api.ts'
import { tellFailure } from '../notices.ts'
import { get, post, remove } from '../server/request.ts'
import { boot, change } from '../state.ts'

/** The door on the local network that a phone's pictures come through; null while it is shut. */
export const door = signal<PhoneDoor | null>(null)
/** Whose code is to be shown: a category, or null for pictures without one; undefined while nobody asks. */
export const shown = signal<string | null | undefined>(undefined)
let timer: ReturnType<typeof setTimeout> | undefined

/** Keeps up with the door: it may have been opened by the command line, counts pictures, and shuts by itself. */
export function watchDoor(): void {
  effect(() => {
    if (boot.value !== '') look()
  })
  effect(() => {
    if (change.value?.cause === 'upload' && door.peek() !== null) look()
  })
}

/** @param category that pictures go into; without one they are unlabelled */
export async function openDoor(category: string | undefined): Promise<void> {
  await post<PhoneDoor>('api/phone', { category }).then(take, tellFailure)
}

export async function shutDoor(): Promise<void> {
  await remove<null>('api/phone').then(take, tellFailure)
}

function look(): void {
  get<PhoneDoor | null>('api/phone').then(take, () => undefined)
}

function take(found: PhoneDoor | null): void {
  door.value = found
  clearTimeout(timer)
  // A moment after the server shuts it.
  if (found) timer = setTimeout(look, Date.parse(found.until) - Date.now() + 1000)
}
