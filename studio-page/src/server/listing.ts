import { useEffect, useRef, useState } from 'preact/hooks'
import type { Changes, PictureColumns, PicturesQuery } from '../../../src/studio/api.ts'
import { tellFailure } from '../notices.ts'
import { boot, change, offline, opinions } from '../state.ts'
import { get } from './request.ts'

/** After a change that brings pictures, in milliseconds: bursts are fetched once. */
const PAUSE_MS = 250

export interface Listing {
  /** Null until the first answer. */
  readonly columns: PictureColumns | null
  /** Leaves pictures out at once, ahead of the server's word. */
  readonly hide: (ids: readonly number[]) => void
}

/** The pictures asked for, kept up with what happens. @param follow asks again whenever opinions differ */
export function useListing(query: PicturesQuery, follow = false): Listing {
  const [columns, setColumns] = useState<PictureColumns | null>(null)
  /** What changed since the listing was asked for, which it may not know of yet. */
  const since = useRef<Changes[]>([])
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const address = `api/pictures?${new URLSearchParams({ ...query } as Record<string, string>)}`
  const hide = (ids: readonly number[]) => setColumns(old => old && without(old, ids))
  const fetchIt = (signal?: AbortSignal) => {
    since.current = []
    return get<PictureColumns>(address, signal).then(
      answer => {
        const later = since.current.filter(({ revision }) => revision > answer.revision)
        setColumns(later.reduce((now, seen) => without(now, effectOf(seen, query).leaving), answer))
      },
      error => signal?.aborted || tellFailure(error),
    )
  }

  useEffect(() => {
    const stop = new AbortController()
    setColumns(null)
    void fetchIt(stop.signal)
    return () => {
      stop.abort()
      clearTimeout(timer.current)
    }
  }, [address, boot.value])

  // Each of them, and without rendering anew for it: two may come between one paint and the next.
  useEffect(() => {
    const known = change.peek()
    return change.subscribe(seen => {
      if (seen === null || seen === known || offline.peek()) return
      since.current.push(seen)
      const { leaving, coming } = effectOf(seen, query)
      if (leaving.length > 0) hide(leaving)
      if (!coming) return
      clearTimeout(timer.current)
      timer.current = setTimeout(() => void fetchIt(), PAUSE_MS)
    })
  }, [address])

  // Orders and views by opinion change with the head, but never under the hands of who works through them.
  const worthFetching = columns !== null && (follow || columns.total === 0)
  useEffect(() => {
    if (worthFetching) void fetchIt()
  }, [opinions.value])
  return { columns, hide }
}

function effectOf({ many, pictures, gone }: Changes, query: PicturesQuery): { leaving: number[]; coming: boolean } {
  if (many) return { leaving: [], coming: true }
  const belongs = (place: string) =>
    query.in === 'unlabeled'
      ? place === '.unlabeled'
      : query.in === 'trash'
        ? place === '.trash'
        : query.category === undefined
          ? !place.startsWith('.')
          : place === query.category
  const leaving = pictures.filter(({ place }) => !belongs(place)).map(({ id }) => id)
  return { leaving: [...leaving, ...gone], coming: pictures.some(({ place }) => belongs(place)) }
}

/** Up to so many pictures are sought one by one, at the speed of memory: each of 100,000 need not be asked about. */
const FEW = 30

/** The same listing with some pictures left out; the same object when none of them is in it. */
function without(columns: PictureColumns, ids: readonly number[]): PictureColumns {
  const places = placesOf(columns.ids, ids)
  if (places.length === 0) return columns
  const cut = (column: readonly number[]) => cutOut(column, places)
  return {
    ...columns,
    total: columns.total - places.length,
    ids: cut(columns.ids),
    category: cut(columns.category),
    flags: cut(columns.flags),
    score: cut(columns.score),
    ...(columns.other && { other: cut(columns.other) }),
  }
}

/** Ascending. */
function placesOf(all: readonly number[], ids: readonly number[]): number[] {
  if (ids.length <= FEW) {
    const places = ids.map(id => all.indexOf(id)).filter(at => at >= 0)
    return places.sort((a, b) => a - b)
  }
  const sought = new Set(ids)
  return all.flatMap((id, at) => (sought.has(id) ? [at] : []))
}

function cutOut(column: readonly number[], places: readonly number[]): number[] {
  if (places.length > FEW) {
    const out = new Set(places)
    return column.filter((_, at) => !out.has(at))
  }
  const kept = column.slice()
  for (const place of places.toReversed()) kept.splice(place, 1)
  return kept
}
