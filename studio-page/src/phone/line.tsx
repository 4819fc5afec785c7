import { offline, shownPlace } from '../state.ts'
import { count } from '../words.ts'
import { door, shown, shutDoor } from './door.ts'

/** As long as the door is open, the page says so. */
export function PhoneLine() {
  const open = door.value
  if (!open || offline.value) return null
  return (
    <p class="banner">
      <span>
        A door on your Wi-Fi is open for pictures of {shownPlace(open.category ?? '.unlabeled')};{' '}
        {count(open.received, 'picture')} came.
      </span>
      <button
        type="button"
        onClick={() => {
          shown.value = open.category
        }}
      >
        Show the code
      </button>
      <button type="button" onClick={() => void shutDoor()}>
        Shut it
      </button>
    </p>
  )
}
