import type { View } from '../../../src/studio/api.ts'
import { count } from '../words.ts'

interface Props {
  readonly view: View
  readonly examined: boolean
  readonly putOff: number
  readonly again: () => void
}

/** Why there is nothing to decide, and what to do about it. */
export function Nothing({ view, examined, putOff, again }: Props) {
  const unseen = view === 'mistakes' ? 'Mix-ups are known after a training.' : 'Nobody has looked yet.'
  if (putOff > 0) {
    return (
      <p class="empty">
        {count(putOff, 'picture')} put off.{' '}
        <button type="button" onClick={again}>
          Look at them now
        </button>
      </p>
    )
  }
  return <p class="empty">{examined ? 'Nothing to check here.' : unseen}</p>
}
