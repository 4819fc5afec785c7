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
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const address = `api/pictures?${new URLSearchParams({ ...query } as Record<string, string>)}`
  const hide = (ids: readonly number[]) => setColumns(old => old && without(old, new Set(ids)))
  const fetchIt = (signal?: AbortSignal) =>
    get<PictureColumns>(address, signal).then(
      answer => setColumns(answer),
      error => signal?.aborted || tellFailure(error),
    )

  useEffect(() => {
    const stop = new AbortController()
    setColumns(null)
    void fetchIt(stop.signal)
    return () => {
      stop.abort()
      clearTimeout(timer.current)
    }
  }, [address, boot.value])

  useEffect(() => {
    const seen = change.value
    if (seen === null || offline.value) return
    const { leaving, coming } = effectOf(seen, query)
    if (leaving.length > 0) hide(leaving)
    if (!coming) return
    clearTimeout(timer.current)
    timer.current = setTimeout(() => void fetchIt(), PAUSE_MS)
  }, [change.value])

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

/** The same listing with some pictures left out; the same object when none of them is in it. */
function without(columns: PictureColumns, ids: ReadonlySet<number>): PictureColumns {
  const kept: number[] = []
  columns.ids.forEach((id, at) => {
    if (!ids.has(id)) kept.push(at)
  })
  if (kept.length === columns.ids.length) return columns
  const pick = (column: readonly number[]) => kept.map(at => column[at]!)
  return {
    ...columns,
    total: kept.length,
    ids: pick(columns.ids),
    category: pick(columns.category),
    flags: pick(columns.flags),
    score: pick(columns.score),
    ...(columns.other && { other: pick(columns.other) }),
  }
}
