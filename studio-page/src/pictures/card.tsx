import { useState } from 'preact/hooks'
import type { CategoryState } from '../../../src/studio/api.ts'
import { label } from '../actions.ts'
import { HoldButton } from '../camera/holdButton.tsx'
import { Ask, Dialog } from '../frame/dialog.tsx'
import { dragging } from '../grid/dragging.ts'
import { Thumb } from '../grid/tile.tsx'
import { attempt, tellFailure } from '../notices.ts'
import { shown as phoneFor } from '../phone/door.ts'
import { useListing } from '../server/listing.ts'
import { post, put } from '../server/request.ts'
import { operate } from '../server/unsaved.ts'
import { upload } from '../server/uploads.ts'
import { categories, go, locked, settings } from '../state.ts'
import { count } from '../words.ts'
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

type Question = 'rename' | 'merge' | 'remove' | 'key'

/** What can be done with a category besides adding to it. */
function CategoryMenu({ category: { name, shown, count: held } }: { readonly category: CategoryState }) {
  const [open, setOpen] = useState(false)
  const [question, setQuestion] = useState<Question | null>(null)
  const ask = (what: Question) => {
    setOpen(false)
    setQuestion(what)
  }
  const close = () => setQuestion(null)
  const others = categories.value.filter(other => other.name !== name)
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Esc and F2 of all that is in it
    <div
      class="menu"
      onKeyDown={event => {
        if (event.key === 'Escape') setOpen(false)
        if (event.key === 'F2' && !locked.value) ask('rename')
      }}
      onFocusOut={event => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOpen(false)
      }}
    >
      <button
        type="button"
        class="quiet"
        aria-label={`More for ${shown}`}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        ⋯
      </button>
      {open && (
        <div class="menu-items">
          <button type="button" onClick={() => go('pictures', name)}>
            Open
          </button>
          <button type="button" disabled={locked.value} onClick={() => ask('rename')}>
            Rename … <kbd>F2</kbd>
          </button>
          <button type="button" disabled={locked.value || others.length === 0} onClick={() => ask('merge')}>
            Merge into …
          </button>
          <button type="button" disabled={locked.value} onClick={() => ask('key')}>
            Key …
          </button>
          <button
            type="button"
            disabled={locked.value}
            onClick={() => {
              setOpen(false)
              phoneFor.value = name
            }}
          >
            From a phone …
          </button>
          <button type="button" onClick={() => attempt(() => post('api/reveal', { category: name }))}>
            Show the folder
          </button>
          <button type="button" disabled={locked.value} onClick={() => ask('remove')}>
            Remove …
          </button>
        </div>
      )}
      {question === 'rename' && (
        <Ask
          title={`Rename ${shown}`}
          label="New name"
          button="Rename"
          value={name}
          onAnswer={to => void operate({ op: 'category.rename', from: name, to })}
          onClose={close}
        />
      )}
      {question === 'merge' && (
        <Ask
          title={`Put all of ${shown} into another category`}
          label="Category"
          button="Merge"
          options={others.map(other => other.name)}
          onAnswer={to => void operate({ op: 'category.merge', from: name, to })}
          onClose={close}
        />
      )}
      {question === 'key' && (
        <Ask
          title={`Key of ${shown}`}
          label="One digit"
          button="Set"
          options={[...'1234567890']}
          onAnswer={key => {
            const kept = Object.entries(settings.value.keys).filter(([, taken]) => taken !== key)
            attempt(() => put('api/settings', { keys: { ...Object.fromEntries(kept), [name]: key } }))
          }}
          onClose={close}
        />
      )}
      {question === 'remove' && <RemoveDialog name={name} shown={shown} held={held} onClose={close} />}
    </div>
  )
}

interface RemoveProps {
  readonly name: string
  readonly shown: string
  readonly held: number
  readonly onClose: () => void
}

function RemoveDialog({ name, shown, held, onClose }: RemoveProps) {
  const remove = (to: '.unlabeled' | '.trash') => {
    onClose()
    void operate({ op: 'category.remove', from: name, to })
  }
  return (
    <Dialog title={`Remove ${shown}?`} onClose={onClose}>
      <p>Its {count(held, 'picture')} stay on your disk, and undo brings the category back.</p>
      <p class="buttons">
        <button type="button" class="main" data-first onClick={() => remove('.unlabeled')}>
          Pictures become unlabelled
        </button>
        <button type="button" onClick={() => remove('.trash')}>
          Pictures to the trash
        </button>
        <button type="button" onClick={onClose}>
          Cancel
        </button>
      </p>
    </Dialog>
  )
}
