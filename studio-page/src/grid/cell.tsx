import { useMemo } from 'preact/hooks'
import { Thumb, type Tile } from './tile.tsx'

interface Props {
  readonly tile: Tile
  /** Its place among all pictures, and in its row. */
  readonly at: number
  readonly column: number
  /** In pixels. */
  readonly side: number
  readonly selected: boolean
  /** The keyboard's focus comes here. */
  readonly current: boolean
  readonly draggable: boolean
}

/** A picture of a grid. The grid hears what is done to it, so that nothing of it differs until the picture does. */
export function Cell({ tile, at, column, side, selected, current, draggable }: Props) {
  const { id, caption, unreadable = false, out = false } = tile
  return useMemo(
    () => (
      <div
        role="gridcell"
        class={out ? 'tile out' : 'tile'}
        data-at={at}
        data-id={id}
        aria-colindex={column + 1}
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
    [id, caption, unreadable, out, at, column, side, selected, current, draggable],
  )
}

/** The place of the picture that an event happened on; undefined between them. */
export function placeOf(event: Event): number | undefined {
  const cell = (event.target as Element).closest<HTMLElement>('[role=gridcell]')
  return cell === null ? undefined : Number(cell.dataset.at)
}
