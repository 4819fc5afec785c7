import { useEffect, useRef, useState } from 'preact/hooks'
import type { StudioFinding, View } from '../../../src/studio/api.ts'
import { away, label } from '../actions.ts'
import { categoryOfKey, press } from '../frame/keys.ts'
import { KeyRow } from '../grid/keyRow.tsx'
import { Picker } from '../grid/picker.tsx'
import { usePreloaded } from '../grid/preload.ts'
import { original } from '../grid/tile.tsx'
import { heatMap, useDetail } from '../grid/viewer.tsx'
import { startJob } from '../server/jobs.ts'
import { useListing } from '../server/listing.ts'
import { operate } from '../server/unsaved.ts'
import { useDeck } from '../sort/deck.ts'
import { locked, say, shownPlace, working } from '../state.ts'
import { count, percent } from '../words.ts'
import { Nothing } from './nothing.tsx'
import { Others } from './others.tsx'
import { Strip } from './strip.tsx'

/** After so many changes the doubts are looked up anew. */
const CHANGES = 20

interface Props {
  readonly view: View
  readonly findings: readonly StudioFinding[]
  readonly examined: boolean
}

/** Pictures that deserve a look, one after the other, one key each. */
export function CheckDeck({ view, findings, examined }: Props) {
  const { columns, hide } = useListing({ in: 'data', view })
  const places = new Map(columns?.ids.map((id, at) => [id, columns.categories[columns.category[at]!] ?? '']))
  const deck = useDeck(columns?.ids ?? [], id => places.get(id) ?? '')
  const [changes, setChanges] = useState(0)
  const [why, setWhy] = useState(false)
  const [picking, setPicking] = useState(false)
  const [together, setTogether] = useState(false)
  usePreloaded(deck.following === undefined ? undefined : original(deck.following))
  const stage = useRef<HTMLElement>(null)
  const { current } = deck
  const detail = useDetail(current?.id)
  const ready = current !== undefined
  useEffect(() => stage.current?.focus(), [ready, picking])
  useEffect(() => setWhy(false), [current?.id])
  if (!columns) return <p class="empty">Looking …</p>
  if (!current) return <Nothing view={view} examined={examined} putOff={deck.putOff} again={deck.again} />

  const at = columns.ids.indexOf(current.id)
  const other = columns.other && at >= 0 ? columns.categories[columns.other[at]!] : undefined
  const looksLike = other ?? detail?.doubt?.looksLike ?? undefined
  const score = detail?.guess?.scores.find(each => each.label === looksLike)?.score
  const left = Math.max(0, deck.left - 1)
  const leave = (place: string) => {
    hide([current.id])
    deck.done(place)
    const next = changes + 1
    setChanges(next)
    if (next % CHANGES === 0 && !working.value && examined) startJob({ kind: 'examine' })
  }
  const alike = columns.ids.filter(
    (_, place) => columns.category[place] === columns.category[at] && columns.other?.[place] === columns.other?.[at],
  )
  if (together && looksLike !== undefined && at >= 0) {
    return (
      <Others
        place={current.place}
        looksLike={looksLike}
        ids={alike}
        onDone={ids => {
          hide(ids)
          setTogether(false)
        }}
        onClose={() => setTogether(false)}
      />
    )
  }
  const isUnreadable = typeof detail?.unreadable === 'string'
  const right = () => {
    if (locked.value || isUnreadable) return
    leave(current.place)
    say(`${shownPlace(current.place)} it is. ${left} left.`)
    void operate({ op: 'check', ids: [current.id], from: current.place })
  }
  const to = (category: string) => {
    if (locked.value) return
    if (category === current.place) return right()
    leave(category)
    void label([current.id], category, current.place, left)
  }
  const takeAway = () => {
    if (locked.value) return
    leave('.trash')
    void away([current.id], current.place)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const category = categoryOfKey(event)
    if (category !== undefined) {
      event.preventDefault()
      return to(category)
    }
    press(event, {
      y: right,
      ...(looksLike !== undefined && { m: () => to(looksLike) }),
      x: takeAway,
      Delete: takeAway,
      s: deck.later,
      ArrowRight: deck.later,
      ArrowLeft: deck.back,
      h: () => setWhy(!why),
      '/': () => setPicking(true),
      n: () => setPicking(true),
    })
  }
  const about = findings.filter(({ id }) => id === current.id)
  const copies = about.flatMap(({ others }) => others).map(id => ({ id, category: 'a copy', distance: 0 }))
  const near = (category: string | undefined) => detail?.nearest.filter(each => each.category === category) ?? []
  return (
    <section
      class="one panel"
      aria-label="To check"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: its keys need the focus
      tabIndex={0}
      ref={stage}
      onKeyDown={onKeyDown}
    >
      <div class="big">
        {isUnreadable ? (
          <p>This file can’t be read: {detail.unreadable}.</p>
        ) : (
          <img
            src={why && looksLike ? heatMap(current.id, looksLike) : original(current.id)}
            alt={`In ${shownPlace(current.place)}${looksLike ? `, looks like ${shownPlace(looksLike)}` : ''}`}
          />
        )}
      </div>
      <div class="choices">
        <h2>
          In {shownPlace(current.place)}
          {looksLike && `, looks like ${shownPlace(looksLike)}`}{' '}
          {about.length === 0 && score !== undefined && percent(score)}
        </h2>
        {about.map(({ what, remedy }) => (
          <p key={what} class="soft">
            {sentence(what)} {sentence(remedy)}
          </p>
        ))}
        {isUnreadable && <p class="soft">{detail.path}</p>}
        <p class="buttons">
          {!isUnreadable && (
            <button type="button" class="main" disabled={locked.value} onClick={right}>
              <kbd>Y</kbd>{' '}
              {view === 'doubtful' || view === 'mistakes' ? `It’s ${shownPlace(current.place)}` : 'It’s fine'}
            </button>
          )}
          {looksLike && (
            <button type="button" disabled={locked.value} onClick={() => to(looksLike)}>
              <kbd>M</kbd> Move to {shownPlace(looksLike)}
            </button>
          )}
          <button type="button" disabled={locked.value} onClick={takeAway}>
            <kbd>X</kbd> Away
          </button>
          <button type="button" onClick={deck.later}>
            <kbd>S</kbd> Later
          </button>
          {looksLike && !isUnreadable && (
            <button type="button" aria-pressed={why} onClick={() => setWhy(!why)}>
              <kbd>H</kbd> Why?
            </button>
          )}
        </p>
        {other !== undefined && alike.length > 1 && (
          <p>
            <button type="button" class="link" onClick={() => setTogether(true)}>
              {count(alike.length - 1, 'other')} named like it
            </button>
          </p>
        )}
        <Strip title="The same picture" pictures={copies} />
        <Strip title={`Nearest in ${shownPlace(current.place)}`} pictures={near(current.place)} />
        {looksLike && <Strip title={`Nearest in ${shownPlace(looksLike)}`} pictures={near(looksLike)} />}
        <h3>Or it is</h3>
        <KeyRow label="Or it is" except={current.place} onChoose={to} onMore={() => setPicking(true)} />
        <p class="soft">
          {left + 1} left{examined && ` · after ${CHANGES} changes the doubts are looked up anew`}
        </p>
      </div>
      {picking && <Picker onPick={to} onClose={() => setPicking(false)} />}
    </section>
  )
}

/** What was found is told in fragments. */
function sentence(fragment: string): string {
  const text = fragment.charAt(0).toUpperCase() + fragment.slice(1)
  return /[.!?]$/.test(text) ? text : `${text}.`
}
