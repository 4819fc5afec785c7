import { useMemo } from 'preact/hooks'
import { Thumb, type Tile } from './tile.tsx'

interface Props {
  readonly tile: Tile
  /** In pixels. */
  readonly side: number
  readonly selected: boolean
  /** The keyboard's focus comes here. */
  readonly current: boolean
  readonly draggable: boolean
}

/** A picture of a grid. The grid hears what is done to it, so that nothing of it differs until the picture does. */
export function Cell({ tile, side, selected, current, draggable }: Props) {
  const { id, caption, unreadable = false, out = false } = tile
  return useMemo(
    () => (
      <div
        role="gridcell"
        class={out ? 'tile out' : 'tile'}
        data-id={id}
        aria-selected={selected}
        tabIndex={current ? 0 : -1}
        draggable={draggable}
      >
        <span class="picture" style={{ height: `${Math.round(side * 0.8)}px` }}>
          {unreadable ? <span class="broken">?</span> : <Thumb id={id} side={side > 160 ? 320 : 160} />}
        </span>
        <span class="caption">{caption}</span>
      </div>
    ),
    [id, caption, unreadable, out, side, selected, current, draggable],
  )
}

/** The place of the picture that an event happened on; undefined between them. A cell that moves up need not be told. */
export function placeOf(event: Event, columns: number): number | undefined {
  const cell = (event.target as Element).closest('[role=gridcell]')
  const row = cell?.parentElement
  if (!cell || !row) return undefined
  return (Number(row.getAttribute('aria-rowindex')) - 1) * columns + [...row.children].indexOf(cell)
}

/** The cell at a place, if it is in sight. */
export function cellAt(grid: HTMLElement | null, at: number, columns: number): HTMLElement | undefined {
  const row = grid?.querySelector(`[aria-rowindex="${Math.floor(at / columns) + 1}"]`)
  return row?.children[at % columns] as HTMLElement | undefined
}
