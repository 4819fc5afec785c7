import { useEffect, useState } from 'preact/hooks'
import { label } from '../actions.ts'
import { categoryOfKey } from '../frame/keys.ts'
import { Grid } from '../grid/grid.tsx'
import { useListing } from '../server/listing.ts'
import { rememberIds } from '../server/unsaved.ts'
import { categories, locked, tileSize } from '../state.ts'
import { percent } from '../words.ts'

/** Pictures asked about at once. */
const PAGE = 40

/** "Are these roses?", the surest first. */
export function Suggestions() {
  const { columns, hide } = useListing({ in: 'unlabeled', sort: 'score' }, true)
  const [chosen, setChosen] = useState<string | null>(null)
  const [page, setPage] = useState<readonly number[]>([])
  const [out, setOut] = useState<ReadonlySet<number>>(new Set())
  const counts = new Map<string, number[]>()
  columns?.ids.forEach((id, at) => {
    const name = columns.categories[columns.category[at]!]
    if (name !== undefined) counts.set(name, [...(counts.get(name) ?? []), id])
  })
  const offered = categories.value.filter(({ name }) => counts.has(name))
  const current = offered.find(({ name }) => name === chosen) ?? offered[0]
  const all = current ? (counts.get(current.name) ?? []) : []

  // A page stays as it is while somebody looks at it; opinions change meanwhile.
  useEffect(() => {
    setPage(all.slice(0, PAGE))
    setOut(new Set())
  }, [current?.name])
  useEffect(() => {
    if (page.length === 0 && all.length > 0) setPage(all.slice(0, PAGE))
  }, [columns])
  useEffect(() => void rememberIds(page), [page])

  if (!columns) return <p class="empty">Looking …</p>
  if (!current) return <p class="empty">No suggestions yet.</p>
  const scores = new Map(columns.ids.map((id, at) => [id, columns.score[at]!]))
  const kept = page.filter(id => !out.has(id))
  const yes = () => {
    hide(kept)
    setPage([])
    setOut(new Set())
    void label(kept, current.name, '.unlabeled', all.length - kept.length)
  }
  const onKey = (event: KeyboardEvent, at: number): boolean => {
    const category = locked.value ? undefined : categoryOfKey(event)
    const id = page[at]
    if (category === undefined || id === undefined) return false
    hide([id])
    setPage(page.filter(other => other !== id))
    void label([id], category, '.unlabeled', all.length - 1)
    return true
  }
  return (
    <section class="panel" aria-label="Suggestions">
      <fieldset class="key-row" aria-label="Which category">
        {offered.map(({ name, shown }) => (
          <button type="button" key={name} aria-pressed={name === current.name} onClick={() => setChosen(name)}>
            {shown} <span class="count">{counts.get(name)?.length}</span>
          </button>
        ))}
      </fieldset>
      <header class="bar">
        <h2>
          Are these {current.shown}?{' '}
          <span class="soft">
            {page.length} of {Math.max(all.length, page.length)}, surest first
          </span>
        </h2>
        <button type="button" class="main" disabled={locked.value || kept.length === 0} onClick={yes}>
          Yes, {kept.length === 1 ? 'one is' : `${kept.length} are`} {current.shown}
        </button>
      </header>
      {page.length > 0 && (
        <Grid
          label={`Perhaps ${current.shown}`}
          count={page.length}
          tile={at => ({
            id: page[at]!,
            caption:
              `${out.has(page[at]!) ? 'not' : ''} ${current.shown} ${percent((scores.get(page[at]!) ?? 0) / 1000)}`.trim(),
            out: out.has(page[at]!),
          })}
          size={tileSize.value}
          selected={out}
          mode="toggle"
          onSelect={setOut}
          onFromHere={at => setOut(new Set([...out, ...page.slice(at)]))}
          onKey={onKey}
        />
      )}
      <p class="soft">Click those that are not; or go there and press their key.</p>
    </section>
  )
}
