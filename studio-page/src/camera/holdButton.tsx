import { locked, shownPlace } from '../state.ts'
import { hold, recording, release } from './recorder.ts'

/** Held with pointer, Space or Enter, it records. */
export function HoldButton({ category }: { readonly category: string }) {
  const now = recording.value
  const mine = now?.category === category
  // This button's hold alone: the one that had the focus loses it to the next that is held.
  const end = () => release(category)
  const text = !mine ? 'Hold' : now.countdown > 0 ? `In ${now.countdown}` : String(now.taken)
  return (
    <button
      type="button"
      class={mine ? 'hold on' : 'hold'}
      disabled={locked.value || (now !== null && !mine)}
      aria-label={`Hold to record ${shownPlace(category)}`}
      data-hold={category}
      onPointerDown={event => {
        event.currentTarget.setPointerCapture(event.pointerId)
        void hold(category)
      }}
      onPointerUp={end}
      onPointerCancel={end}
      onKeyDown={event => {
        if (event.key !== ' ' && event.key !== 'Enter') return
        event.preventDefault()
        if (!event.repeat) void hold(category)
      }}
      onKeyUp={end}
      onBlur={end}
      onContextMenu={event => event.preventDefault()}
    >
      <span class="dot" aria-hidden="true" /> {text}
    </button>
  )
}
