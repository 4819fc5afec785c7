import { computed, signal } from '@preact/signals'
import type { CategoryState, Changes, JobState, Settings, StudioState } from '../../src/studio/api.ts'

export const TABS = ['pictures', 'sort', 'check', 'results', 'try', 'share'] as const
export type Tab = (typeof TABS)[number]

/** What the server says of itself; null until it first did. */
export const studio = signal<StudioState | null>(null)
/** `offline`: studio has ended, and this page waits. */
export const connection = signal<'connecting' | 'open' | 'offline'>('connecting')
export const offline = computed(() => connection.value === 'offline')
/** The last change of pictures; listings follow it. */
export const change = signal<Changes | null>(null)
/** Counts up whenever guesses, groups and scores differ from before. */
export const opinions = signal(0)

export const categories = computed<readonly CategoryState[]>(() => studio.value?.categories ?? [])
export const boot = computed(() => studio.value?.boot ?? '')
/** Nothing may be changed: shown only, or nobody there to do it. */
export const locked = computed(() => offline.value || studio.value?.readOnly !== false)
export const settings = computed<Settings>(
  () =>
    studio.value?.settings ?? {
      keys: {},
      shortcuts: true,
      captureRate: 5,
      countdown: 0,
      tileSize: 160,
      noticed: false,
    },
)
/** Of a picture in a grid, in pixels. By itself, so that a state that differs in something else renders no grid anew. */
export const tileSize = computed(() => settings.value.tileSize)
export const isThere = computed(() => studio.value !== null)
export const title = computed(() => studio.value?.title ?? '')
/** Something can be guessed: there is a model, or the head that follows the labels. */
export const canGuess = computed(() => {
  const now = studio.value
  return now !== null && !offline.value && now.engine.state === 'ready' && (now.model !== null || now.live !== null)
})
/** The heavy job at work or waiting, of which there is one at most. */
export const working = computed<JobState | undefined>(() =>
  studio.value?.jobs.find(({ state }) => state === 'running' || state === 'waiting'),
)

/** `#sort`, `#pictures/tulips`: what is shown, so that Back and a reload work. */
const place = signal(location.hash.slice(1))
addEventListener('hashchange', () => {
  place.value = location.hash.slice(1)
})
export const tab = computed<Tab>(() => TABS.find(name => name === place.value.split('/')[0]) ?? 'pictures')
/** The opened category, or the other word behind the tab. */
export const inside = computed(() => decodeURIComponent(place.value.split('/')[1] ?? ''))

/** The place whose pictures are all shown: a category, or one of the two beside them; '' where there is none such. */
export const opened = computed(() => {
  const name = inside.value
  return name.startsWith('.') || categories.value.some(category => category.name === name) ? name : ''
})

export function go(to: Tab, within = ''): void {
  location.hash = within === '' ? to : `${to}/${encodeURIComponent(within)}`
}

/** What a screen reader says next. */
export const said = signal('')
export function say(text: string): void {
  // The same sentence twice is said once unless something differs.
  said.value = said.value === text ? `${text}\u00a0` : text
}

/** As people read it: of a category, or one of the two places beside them. */
export function shownPlace(name: string): string {
  if (name === '.unlabeled') return 'unlabelled'
  if (name === '.trash') return 'the trash'
  return name.replaceAll('_', ' ')
}
