import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from '@tanstack/virtual-core'
import type { RefObject } from 'preact'
import { useEffect, useLayoutEffect, useReducer, useRef } from 'preact/hooks'

/** Rows of a scrolled element of which only those in sight are in the page. */
export function useRows(element: RefObject<HTMLElement | null>, count: number, height: number) {
  const [, render] = useReducer<number, void>(turn => turn + 1, 0)
  const kept = useRef<Virtualizer<HTMLElement, HTMLElement>>(undefined)
  const options = {
    count,
    estimateSize: () => height,
    getScrollElement: () => element.current,
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
    onChange: () => render(),
    overscan: 2,
  }
  kept.current ??= new Virtualizer<HTMLElement, HTMLElement>(options)
  const rows = kept.current
  rows.setOptions({ ...rows.options, ...options })
  useEffect(() => rows._didMount(), [])
  useLayoutEffect(() => rows._willUpdate())
  useLayoutEffect(() => rows.measure(), [height])
  return rows
}

/** Of a grid's frame on either side, in pixels; room for the ring of focus. */
const PADDING = 4

/** Inner width of an element, in pixels, as it changes. */
export function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useReducer<number, number>((_, next) => next, 0)
  useLayoutEffect(() => {
    const seen = element.current
    if (!seen) return
    const measure = () => setWidth(seen.clientWidth - 2 * PADDING)
    const observer = new ResizeObserver(measure)
    observer.observe(seen)
    measure()
    return () => observer.disconnect()
  }, [])
  return width
}
