import { canGuess, go, inside, studio } from '../state.ts'
import { count } from '../words.ts'
import { Groups } from './groups.tsx'
import { OneByOne } from './oneByOne.tsx'
import { Suggestions } from './suggestions.tsx'

const WAYS = [
  ['groups', 'Groups'],
  ['suggestions', 'Suggestions'],
  ['one', 'One by one'],
] as const

/** Pictures without a category: many at once, a page at a time, or each alone. */
export function SortScreen() {
  const now = studio.value
  if (!now) return null
  const way = WAYS.find(([name]) => name === inside.value)?.[0] ?? 'groups'
  if (now.unlabeled === 0) {
    return (
      <section class="empty">
        <h1>Nothing to sort</h1>
        <p>Every picture has a category. Drop more anywhere here, and they wait on this page for their names.</p>
      </section>
    )
  }
  return (
    <section>
      <header class="bar">
        <h1>{count(now.unlabeled, 'picture')} without a category</h1>
        <nav class="ways" aria-label="Ways to sort">
          {WAYS.map(([name, shown]) => (
            <button type="button" key={name} aria-pressed={way === name} onClick={() => go('sort', name)}>
              {shown}
            </button>
          ))}
        </nav>
      </header>
      {way === 'groups' && <Groups />}
      {way === 'suggestions' && (canGuess.value ? <Suggestions /> : <Waiting />)}
      {way === 'one' && <OneByOne />}
    </section>
  )
}

function Waiting() {
  return <p class="empty">Suggestions come as soon as two categories have a few pictures each.</p>
}
