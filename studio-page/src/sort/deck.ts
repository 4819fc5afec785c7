import { useState } from 'preact/hooks'
import type { Place } from '../../../src/studio/api.ts'

interface Seen {
  readonly id: number
  readonly place: Place
}

/** Pictures gone through one by one: what is next, what was put off, and the way back. */
export interface Deck {
  /** Undefined when all are done or put off. */
  readonly current: Seen | undefined
  /** The one after it. */
  readonly following: number | undefined
  readonly left: number
  readonly putOff: number
  /** The current one is now there. */
  readonly done: (place: Place) => void
  readonly later: () => void
  readonly back: () => void
  /** Those put off come again. */
  readonly again: () => void
}

/** @param ids those still to do, without the ones that were done @param placeOf where one of them lies */
export function useDeck(ids: readonly number[], placeOf: (id: number) => Place): Deck {
  const [putOff, setPutOff] = useState<ReadonlySet<number>>(new Set())
  const [seen, setSeen] = useState<readonly Seen[]>([])
  const [returned, setReturned] = useState<Seen | undefined>()
  const waiting = putOff.size === 0 ? ids : ids.filter(id => !putOff.has(id))
  const [next] = waiting
  const current = returned ?? (next === undefined ? undefined : { id: next, place: placeOf(next) })
  const leave = (place: Place) => {
    if (!current) return
    setSeen([...seen, { id: current.id, place }])
    setReturned(undefined)
  }
  return {
    current,
    following: returned ? next : waiting[1],
    left: waiting.length,
    putOff: putOff.size,
    done: leave,
    later: () => {
      if (!current) return
      if (!returned) setPutOff(new Set([...putOff, current.id]))
      leave(current.place)
    },
    back: () => {
      const last = seen.at(-1)
      if (!last) return
      setSeen(seen.slice(0, -1))
      setReturned(last)
    },
    again: () => setPutOff(new Set()),
  }
}
