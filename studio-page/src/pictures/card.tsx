import { useState } from 'preact/hooks'
import type { CategoryState } from '../../../src/studio/api.ts'
import { label } from '../actions.ts'
import { HoldButton } from '../camera/holdButton.tsx'
import { dragging } from '../grid/dragging.ts'
import { Thumb } from '../grid/tile.tsx'
import { tellFailure } from '../notices.ts'
import { useListing } from '../server/listing.ts'
import { upload } from '../server/uploads.ts'
import { locked } from '../state.ts'
import { CategoryMenu } from './categoryMenu.tsx'
import { takeDropped } from './dropped.ts'

/** Pictures shown on a card. */
const SHOWN = 8
/** Fewer pictures than this teach little. */
const ENOUGH = 20

/** A category: what it holds, and ways to add to it. */
export function Card({ category }: { readonly category: CategoryState }) {
  const { name, shown, count: held, key } = category
  const { columns } = useListing({ in: 'data', category: name, sort: 'new' })
  const [over, setOver] = useState(false)
  return (
    <li
      class={over ? 'card over' : 'card'}
      onDragOver={event => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={event => {
        event.preventDefault()
        event.stopPropagation()
        setOver(false)
        if (dragging.value.length > 0) void label(dragging.value, name, '.unlabeled')
        else if (event.dataTransfer) takeDropped(event.dataTransfer, name).catch(tellFailure)
      }}
    >
      <header>
        <h2>
          <a href={`#pictures/${encodeURIComponent(name)}`}>{shown}</a>
        </h2>
        <span class="soft">
          {held} {key !== null && <kbd title="Its key">{key}</kbd>}
        </span>
        <CategoryMenu category={category} />
      </header>
      <div class="few" aria-hidden="true">
        {columns?.ids.slice(0, SHOWN).map(id => (
          <Thumb key={id} id={id} side={160} />
        ))}
      </div>
      {held < 10 && (
        <p class="ring">
          <svg viewBox="0 0 36 36" aria-hidden="true">
            <circle cx="18" cy="18" r="15" />
            <circle cx="18" cy="18" r="15" pathLength={ENOUGH} stroke-dasharray={`${held} ${ENOUGH}`} class="part" />
          </svg>
          {held} of {ENOUGH}
        </p>
      )}
      <p class="buttons">
        <HoldButton category={name} />
        <label class={locked.value ? 'button disabled' : 'button'}>
          Files
          <input
            type="file"
            multiple
            accept="image/*"
            class="visually-hidden"
            disabled={locked.value}
            aria-label={`Add files to ${shown}`}
            onChange={event => {
              const files = [...(event.currentTarget.files ?? [])]
              event.currentTarget.value = ''
              void upload(files, name)
            }}
          />
        </label>
      </p>
    </li>
  )
}
