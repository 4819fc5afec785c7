import { useEffect, useState } from 'preact/hooks'
import { LeaveOutGrid } from '../grid/leaveOutGrid.tsx'
import { operate, rememberIds } from '../server/unsaved.ts'
import { locked, say, shownPlace } from '../state.ts'
import { count } from '../words.ts'

interface Props {
  /** In this category, and look like that one. */
  readonly place: string
  readonly looksLike: string
  readonly ids: readonly number[]
  readonly onDone: (ids: readonly number[]) => void
  readonly onClose: () => void
}

/** All that lie in one category and look like the same other one, to be decided together. */
export function Others({ place, looksLike, ids, onDone, onClose }: Props) {
  const [out, setOut] = useState<ReadonlySet<number>>(new Set())
  const kept = ids.filter(id => !out.has(id))
  useEffect(() => void rememberIds(ids), [ids.length])
  const [here, there] = [shownPlace(place), shownPlace(looksLike)]
  const decide = (op: 'check' | 'label') => {
    if (locked.value || kept.length === 0) return
    onDone(kept)
    const told = count(kept.length, 'picture')
    say(op === 'check' ? `${told} stay in ${here}.` : `${told} to ${there}.`)
    const chosen = { ids: kept, from: place }
    void operate(op === 'check' ? { op, ...chosen } : { op, to: looksLike, ...chosen })
  }
  const title = `${count(ids.length, 'picture')} in ${here}, taken for ${there}`
  return (
    <section class="panel group" aria-label={title}>
      <p class="bar">
        <b>{title}</b>
        <button type="button" class="main" disabled={locked.value || kept.length === 0} onClick={() => decide('check')}>
          {kept.length === 1 ? `It’s ${here}` : `All ${kept.length} are ${here}`}
        </button>
        <button type="button" disabled={locked.value || kept.length === 0} onClick={() => decide('label')}>
          Move {kept.length} to {there}
        </button>
        <button type="button" onClick={onClose}>
          Back
        </button>
      </p>
      <LeaveOutGrid label={title} ids={ids} out={out} onOut={setOut} size={140} />
      <p class="soft">Click what is to be left out; Alt-click: from here on.</p>
    </section>
  )
}
