import { useEffect, useRef, useState } from 'preact/hooks'
import { away, label } from '../actions.ts'
import { categoryOfKey, press } from '../frame/keys.ts'
import { KeyRow } from '../grid/keyRow.tsx'
import { Picker } from '../grid/picker.tsx'
import { usePreloaded } from '../grid/preload.ts'
import { original } from '../grid/tile.tsx'
import { heatMap, useDetail } from '../grid/viewer.tsx'
import { useListing } from '../server/listing.ts'
import { canGuess, locked, shownPlace } from '../state.ts'
import { Bars } from '../try/bars.tsx'
import { count } from '../words.ts'
import { useDeck } from './deck.ts'

/** Of the flags of a picture: kept apart to measure by. */
const HELD = 128

/** One large picture after the other, those that teach most first. Bars come when asked for: people follow them. */
export function OneByOne() {
  const best = useListing({ in: 'unlabeled', view: canGuess.value ? 'next' : 'all' })
  const all = useListing({ in: 'unlabeled' })
  const listing = best.columns && best.columns.total > 0 ? best : all
  const deck = useDeck(listing.columns?.ids ?? [], () => '.unlabeled')
  const [why, setWhy] = useState(false)
  const [picking, setPicking] = useState(false)
  usePreloaded(deck.following === undefined ? undefined : original(deck.following))
  const stage = useRef<HTMLElement>(null)
  const detail = useDetail(deck.current?.id)
  const ready = listing.columns !== null
  useEffect(() => stage.current?.focus(), [ready, picking])
  useEffect(() => setWhy(false), [deck.current?.id])
  if (!listing.columns) return <p class="empty">Looking …</p>
  const { current } = deck
  const left = (all.columns?.total ?? 1) - 1
  const leave = (place: string) => {
    if (!current) return
    best.hide([current.id])
    all.hide([current.id])
    deck.done(place)
  }
  const to = (category: string) => {
    if (!current || locked.value) return
    leave(category)
    void label([current.id], category, current.place, left)
  }
  const takeAway = () => {
    if (!current || locked.value) return
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
      u: deck.later,
      s: deck.later,
      x: takeAway,
      Delete: takeAway,
      h: () => setWhy(!why),
      ArrowLeft: deck.back,
      ArrowRight: deck.later,
      '/': () => setPicking(true),
      n: () => setPicking(true),
    })
  }
  if (!current) {
    return (
      <p class="empty">
        {deck.putOff > 0 ? `${count(deck.putOff, 'picture')} put off. ` : 'All done. '}
        {deck.putOff > 0 && (
          <button type="button" onClick={deck.again}>
            Look at them now
          </button>
        )}
      </p>
    )
  }
  const guess = detail?.guess
  const isHeld = ((listing.columns.flags[listing.columns.ids.indexOf(current.id)] ?? 0) & HELD) !== 0
  const top = guess?.scores[0]?.label
  return (
    <section
      class="one panel"
      aria-label="One by one"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: its keys need the focus
      tabIndex={0}
      ref={stage}
      onKeyDown={onKeyDown}
    >
      <div class="big">
        <img
          src={why && top ? heatMap(current.id, top) : original(current.id)}
          alt={`To be sorted, ${left + 1} left`}
        />
      </div>
      <div class="choices">
        <KeyRow label="It is" onChoose={to} onMore={() => setPicking(true)} />
        <p class="buttons">
          <button type="button" onClick={deck.back}>
            <kbd>←</kbd> Back
          </button>
          <button type="button" onClick={deck.later}>
            <kbd>U</kbd> Skip
          </button>
          <button type="button" disabled={locked.value} onClick={takeAway}>
            <kbd>X</kbd> Away
          </button>
          {guess && (
            <button type="button" aria-pressed={why} onClick={() => setWhy(!why)}>
              <kbd>H</kbd> What does the model say?
            </button>
          )}
        </p>
        {why && guess && <Bars guess={guess} />}
        {isHeld && <p class="soft">Drawn at random, to test by: nothing is learnt from this one.</p>}
        {current.place !== '.unlabeled' && <p class="soft">Now in {shownPlace(current.place)}.</p>}
      </div>
      {picking && <Picker onPick={to} onClose={() => setPicking(false)} />}
    </section>
  )
}
