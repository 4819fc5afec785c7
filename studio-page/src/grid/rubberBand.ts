import type { RefObject } from 'preact'
import { useState } from 'preact/hooks'

export interface Box {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** A box drawn with the pointer from between the tiles, in pixels of the scrolled content. */
export function useRubberBand(element: RefObject<HTMLElement | null>, enabled: boolean, onBox: (box: Box) => void) {
  const [start, setStart] = useState<readonly [number, number] | null>(null)
  const [box, setBox] = useState<Box | null>(null)
  const pointOf = (event: PointerEvent): [number, number] => {
    const frame = element.current!
    const { left, top } = frame.getBoundingClientRect()
    return [event.clientX - left + frame.scrollLeft, event.clientY - top + frame.scrollTop]
  }
  const end = () => {
    setStart(null)
    setBox(null)
  }
  const handlers = {
    onPointerDown: (event: PointerEvent) => {
      const target = event.target as Element
      if (enabled && event.button === 0 && event.pointerType === 'mouse' && !target.closest('[role=gridcell]')) {
        setStart(pointOf(event))
      }
    },
    onPointerMove: (event: PointerEvent) => {
      if (!start) return
      const [x, y] = pointOf(event)
      const next = {
        left: Math.min(x, start[0]),
        top: Math.min(y, start[1]),
        right: Math.max(x, start[0]),
        bottom: Math.max(y, start[1]),
      }
      setBox(next)
      onBox(next)
    },
    onPointerUp: end,
    onPointerLeave: end,
  }
  return { box, handlers }
}
