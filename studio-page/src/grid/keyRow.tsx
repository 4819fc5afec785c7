import { useState } from 'preact/hooks'
import { categories, locked } from '../state.ts'
import { dragging } from './dragging.ts'

interface Props {
  readonly label: string
  readonly except?: string | undefined
  readonly onChoose: (category: string) => void
  /** Opens the list with type-ahead; also for new names. */
  readonly onMore?: () => void
  /** Pictures were dropped on one of them. */
  readonly onDropped?: (ids: readonly number[], category: string) => void
}

/** A button for each category with its key; pictures can be dragged onto them. */
export function KeyRow({ label, except, onChoose, onMore, onDropped }: Props) {
  const [over, setOver] = useState('')
  return (
    <fieldset class="key-row" aria-label={label}>
      {categories.value
        .filter(({ name, key }) => name !== except && key !== null)
        .map(({ name, shown, key }) => (
          <button
            type="button"
            key={name}
            class={over === name ? 'over' : ''}
            disabled={locked.value}
            onClick={() => onChoose(name)}
            onDragOver={event => {
              if (!onDropped || dragging.value.length === 0) return
              event.preventDefault()
              setOver(name)
            }}
            onDragLeave={() => setOver('')}
            onDrop={event => {
              event.preventDefault()
              event.stopPropagation()
              setOver('')
              onDropped?.(dragging.value, name)
            }}
          >
            <kbd>{key}</kbd> {shown}
          </button>
        ))}
      {onMore && (
        <button type="button" disabled={locked.value} onClick={onMore}>
          <kbd>/</kbd> other or new …
        </button>
      )}
    </fieldset>
  )
}
