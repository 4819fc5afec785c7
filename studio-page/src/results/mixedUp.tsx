import { useEffect, useState } from 'preact/hooks'
import type { Results } from '../../../src/studio/api.ts'
import { away, label } from '../actions.ts'
import { categoryOfKey, press } from '../frame/keys.ts'
import { Grid } from '../grid/grid.tsx'
import { KeyRow } from '../grid/keyRow.tsx'
import { rememberIds } from '../server/unsaved.ts'
import { locked, shownPlace, tileSize } from '../state.ts'
import { percent } from '../words.ts'
import type { Cell } from './mixUps.tsx'

interface Props {
  readonly cell: Cell
  readonly mistakes: Results['mistakes']
  readonly onClose: () => void
}

/** The pictures of one number in the table of mix-ups; keys give them other names. */
export function MixedUp({ cell: { given, predicted }, mistakes, onClose }: Props) {
  const [selected, setSelected] = useState<ReadonlySet<number>>(new Set())
  const [done, setDone] = useState<ReadonlySet<number>>(new Set())
  const shown = mistakes.filter(
    ({ id, ...each }) => id !== null && each.given === given && each.predicted === predicted && !done.has(id),
  )
  useEffect(() => void rememberIds(shown.map(({ id }) => id!)), [given, predicted])
  const leave = (ids: readonly number[]) => {
    setDone(new Set([...done, ...ids]))
    setSelected(new Set())
  }
  const to = (ids: readonly number[], category: string) => {
    if (locked.value || ids.length === 0) return
    leave(ids)
    void label(ids, category, given, shown.length - ids.length)
  }
  const onKey = (event: KeyboardEvent, at: number): boolean => {
    const ids = selected.size > 0 ? [...selected] : [shown[at]!.id!]
    const category = locked.value ? undefined : categoryOfKey(event)
    if (category !== undefined) {
      to(ids, category)
      return true
    }
    const takeAway = () => {
      leave(ids)
      void away(ids, given)
    }
    return locked.value ? false : press(event, { m: () => to(ids, predicted), x: takeAway, Delete: takeAway })
  }
  return (
    <section class="panel" aria-label="Pictures mixed up">
      <header class="bar">
        <h2>
          In {shownPlace(given)}, taken for {shownPlace(predicted)}
        </h2>
        <button type="button" onClick={onClose}>
          Close
        </button>
      </header>
      {shown.length === 0 ? (
        <p class="soft">None of them is left there.</p>
      ) : (
        <Grid
          label={`In ${shownPlace(given)}, taken for ${shownPlace(predicted)}`}
          count={shown.length}
          tile={at => ({ id: shown[at]!.id!, caption: `${shownPlace(predicted)} ${percent(shown[at]!.score)}` })}
          size={tileSize.value}
          selected={selected}
          mode="select"
          onSelect={setSelected}
          onKey={onKey}
        />
      )}
      <KeyRow label="They are" except={given} onChoose={category => to([...selected], category)} onDropped={to} />
    </section>
  )
}
