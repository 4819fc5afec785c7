import { useEffect, useState } from 'preact/hooks'
import type { Sort } from '../../../src/studio/api.ts'
import { away, label, unlabel } from '../actions.ts'
import { categoryOfKey, press } from '../frame/keys.ts'
import { Grid } from '../grid/grid.tsx'
import { KeyRow } from '../grid/keyRow.tsx'
import { Picker } from '../grid/picker.tsx'
import { tileOf } from '../grid/tile.tsx'
import { Viewer } from '../grid/viewer.tsx'
import { attempt } from '../notices.ts'
import { useListing } from '../server/listing.ts'
import { put } from '../server/request.ts'
import { operate, rememberIds } from '../server/unsaved.ts'
import { go, locked, shownPlace, tileSize } from '../state.ts'
import { count } from '../words.ts'

/** Where the pictures of a place are asked for. */
function queryOf(place: string) {
  if (place === '.trash') return { in: 'trash' } as const
  if (place === '.unlabeled') return { in: 'unlabeled' } as const
  return { in: 'data', category: place } as const
}

/** All pictures of a category, of those without one, or of the trash. */
export function CategoryScreen({ place }: { readonly place: string }) {
  const [sort, setSort] = useState<Sort>('name')
  const { columns, hide } = useListing({ ...queryOf(place), sort })
  const [selected, setSelected] = useState<ReadonlySet<number>>(new Set())
  const [open, setOpen] = useState<number | null>(null)
  const [picking, setPicking] = useState(false)
  const total = columns?.total ?? 0
  useEffect(() => {
    if (selected.size > 0) void rememberIds(selected)
  }, [selected])

  const chosenAt = (at: number) => (selected.size > 0 ? [...selected] : [columns!.ids[at]!])
  const done = (ids: readonly number[]) => {
    hide(ids)
    setSelected(new Set())
    if (open !== null && open >= total - ids.length) setOpen(total - ids.length > 0 ? total - ids.length - 1 : null)
  }
  const to = (ids: readonly number[], category: string) => {
    if (category === place || ids.length === 0) return
    done(ids)
    void label(ids, category, place, total - ids.length)
  }
  const takeAway = (ids: readonly number[]) => {
    if (place === '.trash') return
    done(ids)
    void away(ids, place)
  }
  const withoutName = (ids: readonly number[]) => {
    if (place === '.unlabeled') return
    done(ids)
    if (place === '.trash') void operate({ op: 'restore', ids, from: place })
    else void unlabel(ids, place)
  }
  const onKey = (event: KeyboardEvent, ids: readonly number[]): boolean => {
    if (locked.value) return false
    const category = categoryOfKey(event)
    if (category !== undefined) {
      to(ids, category)
      return true
    }
    return press(event, {
      x: () => takeAway(ids),
      Delete: () => takeAway(ids),
      u: () => withoutName(ids),
      '/': () => setPicking(true),
      n: () => setPicking(true),
    })
  }
  const current = [...selected]
  return (
    <section class="category-screen">
      <header class="bar">
        <button type="button" onClick={() => go('pictures')}>
          ← All categories
        </button>
        <h1>
          {shownPlace(place)} <span class="soft">{columns ? count(total, 'picture') : ''}</span>
        </h1>
        <label>
          Order
          <select value={sort} onChange={event => setSort(event.currentTarget.value as Sort)}>
            <option value="name">by name</option>
            <option value="new">newest first</option>
            <option value="score">surest first</option>
            <option value="doubt">least sure first</option>
          </select>
        </label>
        <TileSize />
      </header>
      {columns && total === 0 && <p class="empty">No pictures here.</p>}
      {columns && total > 0 && (
        <Grid
          label={`Pictures of ${shownPlace(place)}`}
          count={total}
          tile={at => tileOf(columns, at)}
          size={tileSize.value}
          selected={selected}
          mode="select"
          onSelect={setSelected}
          onOpen={setOpen}
          onKey={(event, at) => onKey(event, chosenAt(at))}
        />
      )}
      <footer class="chosen">
        <p>
          {current.length === 0
            ? 'Choose pictures, then where they belong:'
            : `${count(current.length, 'picture')} to:`}
        </p>
        <KeyRow
          label="Move to"
          except={place}
          onChoose={category => to(current, category)}
          onMore={() => setPicking(true)}
          onDropped={to}
        />
        <p class="buttons">
          {place !== '.unlabeled' && (
            <button type="button" disabled={locked.value || current.length === 0} onClick={() => withoutName(current)}>
              <kbd>U</kbd> {place === '.trash' ? 'Put back' : 'No category'}
            </button>
          )}
          {place !== '.trash' && (
            <button type="button" disabled={locked.value || current.length === 0} onClick={() => takeAway(current)}>
              <kbd>X</kbd> Away
            </button>
          )}
        </p>
      </footer>
      {open !== null && columns?.ids[open] !== undefined && (
        <Viewer
          id={columns.ids[open]!}
          onStep={by => setOpen(Math.max(0, Math.min(total - 1, open + by)))}
          onKey={event => onKey(event, [columns.ids[open]!])}
          onClose={() => setOpen(null)}
        />
      )}
      {picking && (
        <Picker
          onPick={category => to(current.length > 0 ? current : open !== null ? [columns!.ids[open]!] : [], category)}
          onClose={() => setPicking(false)}
        />
      )}
    </section>
  )
}

function TileSize() {
  return (
    <label class="wide">
      Size
      <input
        type="range"
        min={80}
        max={320}
        step={20}
        value={tileSize.value}
        onChange={event => {
          const wanted = Number(event.currentTarget.value)
          attempt(() => put('api/settings', { tileSize: wanted }))
        }}
      />
    </label>
  )
}
