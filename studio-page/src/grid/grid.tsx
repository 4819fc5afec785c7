import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { Cell, cellAt, placeOf } from './cell.tsx'
import { dragging } from './dragging.ts'
import { useRubberBand } from './rubberBand.ts'
import type { Tile } from './tile.tsx'
import { useRows, useWidth } from './useRows.ts'

export interface GridProps {
  readonly label: string
  readonly count: number
  readonly tile: (at: number) => Tile
  /** Side of a tile in pixels; narrow screens have three a row. */
  readonly size: number
  readonly selected: ReadonlySet<number>
  /** `select`: as files in a file manager; `toggle`: each click turns one. */
  readonly mode: 'select' | 'toggle'
  readonly onSelect: (ids: ReadonlySet<number>) => void
  readonly onOpen?: (at: number) => void
  /** Alt-click. */
  readonly onFromHere?: (at: number) => void
  /** Keys that are not the grid's own. @returns whether it was one of them */
  readonly onKey?: (event: KeyboardEvent, at: number) => boolean
}

const GAP = 8
const CAPTION = 26
const NARROW = 600

/** Pictures in rows, any number of them: only those in sight are in the page. One of them has the keyboard's focus. */
export function Grid(props: GridProps) {
  const { count, selected, onSelect, mode } = props
  const element = useRef<HTMLDivElement>(null)
  const width = useWidth(element)
  const columns = width === 0 ? 1 : width < NARROW ? 3 : Math.max(1, Math.floor((width + GAP) / (props.size + GAP)))
  const side = Math.max(40, Math.floor((width + GAP) / columns) - GAP)
  const rows = useRows(element, Math.ceil(count / columns), Math.round(side * 0.8) + CAPTION + GAP)
  const [cursor, setCursor] = useState(0)
  const anchor = useRef(0)
  const wantsFocus = useRef(false)
  const at = Math.max(0, Math.min(cursor, count - 1))
  const idAt = (place: number) => props.tile(place).id

  const had = element.current?.contains(document.activeElement) ?? false
  useLayoutEffect(() => {
    // The picture that had the focus may be gone with it.
    const lost = had && !element.current?.contains(document.activeElement)
    if (!wantsFocus.current && !lost) return
    const cell = cellAt(element.current, at, columns)
    if (!cell) return
    wantsFocus.current = false
    cell.focus({ preventScroll: true })
  })
  useEffect(() => {
    if (cursor !== at) setCursor(at)
  }, [count])

  const move = (to: number, extend: boolean) => {
    const next = Math.max(0, Math.min(to, count - 1))
    if (extend) onSelect(rangeOf(anchor.current, next))
    else anchor.current = next
    setCursor(next)
    wantsFocus.current = true
    rows.scrollToIndex(Math.floor(next / columns))
  }
  const rangeOf = (from: number, to: number) => {
    const ids = new Set<number>()
    for (let place = Math.min(from, to); place <= Math.max(from, to); place++) ids.add(idAt(place))
    return ids
  }
  const turn = (place: number) => {
    const next = new Set(selected)
    if (!next.delete(idAt(place))) next.add(idAt(place))
    onSelect(next)
  }
  const page = columns * Math.max(1, Math.floor((element.current?.clientHeight ?? 400) / (side + CAPTION)) - 1)
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: at - 1,
    ArrowRight: at + 1,
    ArrowUp: at - columns,
    ArrowDown: at + columns,
    PageUp: at - page,
    PageDown: at + page,
    Home: 0,
    End: count - 1,
  }

  const onKeyDown = (event: KeyboardEvent) => {
    const to = steps[event.key]
    if (to !== undefined) {
      const leaves = (event.key === 'ArrowUp' || event.key === 'ArrowDown') && (to < 0 || to >= count)
      if (!leaves) move(to, event.shiftKey)
    } else if (event.key === ' ') turn(at)
    else if (event.key === 'Enter' && props.onOpen) props.onOpen(at)
    else if ((event.ctrlKey || event.metaKey) && event.key === 'a') onSelect(rangeOf(0, count - 1))
    else if (event.key === 'Escape' && selected.size > 0) onSelect(new Set())
    else {
      if (!props.onKey?.(event, at)) return
      wantsFocus.current = true
    }
    event.preventDefault()
    event.stopPropagation()
  }

  const onClick = (event: MouseEvent) => {
    const place = placeOf(event, columns)
    if (place === undefined) return
    if (event.altKey && props.onFromHere) props.onFromHere(place)
    else if (event.shiftKey) onSelect(rangeOf(anchor.current, place))
    else {
      anchor.current = place
      if (mode === 'toggle' || event.ctrlKey || event.metaKey) turn(place)
      else onSelect(new Set([idAt(place)]))
    }
    setCursor(place)
  }

  const onDragStart = (event: DragEvent) => {
    const place = placeOf(event, columns)
    if (place === undefined) return
    dragging.value = selected.has(idAt(place)) ? [...selected] : [idAt(place)]
    event.dataTransfer?.setData('text/plain', `${dragging.value.length} pictures`)
  }

  const band = useRubberBand(element, mode === 'select', box => {
    const ids = new Set<number>()
    const height = rows.getTotalSize() / Math.max(1, Math.ceil(count / columns))
    const [firstRow, lastRow] = [Math.floor(box.top / height), Math.floor(box.bottom / height)]
    const [first, last] = [Math.floor(box.left / (side + GAP)), Math.floor(box.right / (side + GAP))]
    for (let row = Math.max(0, firstRow); row <= lastRow; row++) {
      for (let column = Math.max(0, first); column <= Math.min(columns - 1, last); column++) {
        const place = row * columns + column
        if (place < count) ids.add(idAt(place))
      }
    }
    onSelect(ids)
  })

  const visible = rows.getVirtualItems()
  const cursorSeen = visible.some(({ index }) => index === Math.floor(at / columns))
  return (
    <div class="grid-frame" ref={element} {...band.handlers}>
      <div
        role="grid"
        aria-label={props.label}
        aria-rowcount={Math.ceil(count / columns)}
        aria-colcount={columns}
        aria-multiselectable="true"
        tabIndex={cursorSeen ? -1 : 0}
        onFocus={event => {
          if (event.target === event.currentTarget) move(at, false)
        }}
        onKeyDown={onKeyDown}
        onClick={onClick}
        onDblClick={event => {
          const place = placeOf(event, columns)
          if (place !== undefined) props.onOpen?.(place)
        }}
        onDragStart={onDragStart}
        onDragEnd={() => {
          dragging.value = []
        }}
        style={{ height: `${rows.getTotalSize()}px` }}
      >
        {visible.map(({ index, start }) => (
          <div
            role="row"
            key={index}
            aria-rowindex={index + 1}
            tabIndex={-1}
            style={{ transform: `translateY(${start}px)`, gridTemplateColumns: `repeat(${columns}, ${side}px)` }}
          >
            {Array.from({ length: Math.min(columns, count - index * columns) }, (_, column) => {
              const place = index * columns + column
              const tile = props.tile(place)
              return (
                <Cell
                  key={tile.id}
                  tile={tile}
                  side={side}
                  selected={selected.has(tile.id)}
                  current={place === at}
                  draggable={mode === 'select'}
                />
              )
            })}
          </div>
        ))}
      </div>
      {band.box && (
        <div
          class="band"
          style={{
            left: `${band.box.left}px`,
            top: `${band.box.top}px`,
            width: `${band.box.right - band.box.left}px`,
            height: `${band.box.bottom - band.box.top}px`,
          }}
        />
      )}
    </div>
  )
}
