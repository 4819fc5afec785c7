import { useEffect, useState } from 'preact/hooks'
import type { Findings, StudioState, View } from '../../../src/studio/api.ts'
import { startJob } from '../server/jobs.ts'
import { get } from '../server/request.ts'
import { go, inside, locked, opinions, studio, working } from '../state.ts'
import { CheckDeck } from './deck.tsx'

type CheckView = Exclude<View, 'all' | 'next'>

const VIEWS: readonly (readonly [CheckView, string, keyof StudioState['waiting']])[] = [
  ['doubtful', 'Labels', 'doubtful'],
  ['mistakes', 'Mix-ups', 'mistakes'],
  ['alike', 'Copies', 'alike'],
  ['odd', 'Odd ones', 'odd'],
  ['quality', 'Quality', 'quality'],
  ['skipped', 'Can’t be read', 'skipped'],
]

/** What deserves a second look. */
export function CheckScreen() {
  const now = studio.value
  const [findings, setFindings] = useState<Findings | null>(null)
  useEffect(() => {
    get<Findings>('api/findings').then(setFindings, () => undefined)
  }, [opinions.value])
  if (!now) return null
  const asked = VIEWS.find(([view]) => view === inside.value)
  const [view] = asked ?? VIEWS.find(([, , waiting]) => now.waiting[waiting] > 0) ?? VIEWS[0]!
  const examined = findings?.at
  return (
    <section>
      <header class="bar">
        <h1 class="visually-hidden">Check</h1>
        <nav class="ways" aria-label="What to check">
          {VIEWS.map(([name, shown, waiting]) => (
            <button type="button" key={name} aria-pressed={name === view} onClick={() => go('check', name)}>
              {shown} {now.waiting[waiting] > 0 && <span class="count">{now.waiting[waiting]}</span>}
            </button>
          ))}
        </nav>
        <button
          type="button"
          disabled={locked.value || working.value !== undefined || now.untrainable !== null}
          onClick={() => startJob({ kind: 'examine' })}
        >
          {examined ? 'Look again' : 'Look for doubtful labels'}
        </button>
      </header>
      <CheckDeck key={view} view={view} findings={findings?.findings ?? []} examined={Boolean(examined)} />
    </section>
  )
}
