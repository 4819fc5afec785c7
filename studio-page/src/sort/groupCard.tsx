import { useRef, useState } from 'preact/hooks'
import type { PictureGroup } from '../../../src/studio/api.ts'
import { label } from '../actions.ts'
import { categoryOfKey, press } from '../frame/keys.ts'
import { LeaveOutGrid } from '../grid/leaveOutGrid.tsx'
import { useNear } from '../grid/useNear.ts'
import { rememberIds } from '../server/unsaved.ts'
import { categories, locked, shownPlace } from '../state.ts'
import { count } from '../words.ts'

interface Props {
  readonly number: number
  readonly group: PictureGroup
  readonly canSplit: boolean
  readonly onName: (kept: readonly number[], text: string) => Promise<void>
  readonly onSkip: () => void
  readonly onSplit: () => void
}

/** One group: click what doesn't belong, name the rest. */
export function GroupCard({ number, group, canSplit, onName, onSkip, onSplit }: Props) {
  const [out, setOut] = useState<ReadonlySet<number>>(new Set())
  const [elsewhere, setElsewhere] = useState<ReadonlySet<number>>(new Set())
  const place = useRef<HTMLDivElement>(null)
  const near = useNear(place)
  const ids = group.ids.filter(id => !elsewhere.has(id))
  const kept = ids.filter(id => !out.has(id))
  const title = `Group ${number} · ${count(ids.length, 'picture')}`
  const onKey = (event: KeyboardEvent, at: number): boolean => {
    const category = locked.value ? undefined : categoryOfKey(event)
    const id = ids[at]
    if (category !== undefined && id !== undefined) {
      setElsewhere(new Set([...elsewhere, id]))
      void label([id], category, '.unlabeled', ids.length - 1)
      return true
    }
    return press(event, { s: onSkip, ...(canSplit && { p: onSplit }) })
  }
  return (
    <section class="panel group" aria-label={title}>
      <form
        class="bar"
        onSubmit={event => {
          event.preventDefault()
          const text = String(new FormData(event.currentTarget).get('name') ?? '').trim()
          if (text === '') return
          void rememberIds(kept)
          void onName(kept, text)
        }}
      >
        <h2>{title}</h2>
        <label>
          name
          <input
            name="name"
            list={`names-${number}`}
            maxLength={100}
            autocomplete="off"
            required
            defaultValue={group.suggestion === null ? '' : shownPlace(group.suggestion)}
          />
        </label>
        <datalist id={`names-${number}`}>
          {categories.value.map(({ name, shown }) => (
            <option key={name} value={shown} />
          ))}
        </datalist>
        <button type="submit" class="main" disabled={locked.value || kept.length === 0}>
          Name {kept.length}
        </button>
        <button type="button" onClick={onSkip}>
          <kbd>S</kbd> Skip
        </button>
        {canSplit && (
          <button type="button" onClick={onSplit}>
            <kbd>P</kbd> Split this group
          </button>
        )}
      </form>
      {/* Six groups are hundreds of tiles: those far below are made when they are come to. */}
      <div ref={place} class={near ? '' : 'to-come'}>
        {near && <LeaveOutGrid label={title} ids={ids} out={out} onOut={setOut} size={120} onKey={onKey} />}
      </div>
      <p class="soft">Click what doesn’t belong; Alt-click: from here on. A category’s key sends one there.</p>
    </section>
  )
}
