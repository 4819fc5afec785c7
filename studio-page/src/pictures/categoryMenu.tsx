import { useRef, useState } from 'preact/hooks'
import type { CategoryState } from '../../../src/studio/api.ts'
import { attempt } from '../notices.ts'
import { shown as phoneFor } from '../phone/door.ts'
import { post } from '../server/request.ts'
import { categories, go, locked } from '../state.ts'
import { CategoryDialog, type Question } from './categoryDialog.tsx'

/** What can be done with a category besides adding to it. */
export function CategoryMenu({ category }: { readonly category: CategoryState }) {
  const { name, shown } = category
  const [open, setOpen] = useState(false)
  const [question, setQuestion] = useState<Question | null>(null)
  const button = useRef<HTMLButtonElement>(null)
  /** The button that was pressed goes with the menu: what follows gives the focus back to the one that stays. */
  const shut = () => {
    button.current?.focus()
    setOpen(false)
  }
  const ask = (what: Question) => {
    shut()
    setQuestion(what)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Esc and F2 of all that is in it
    <div
      class="menu"
      onKeyDown={event => {
        if (event.key === 'Escape') shut()
        if (event.key === 'F2' && !locked.value) ask('rename')
      }}
      onFocusOut={event => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOpen(false)
      }}
    >
      <button
        ref={button}
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
          <button type="button" disabled={locked.value || categories.value.length < 2} onClick={() => ask('merge')}>
            Merge into …
          </button>
          <button type="button" disabled={locked.value} onClick={() => ask('key')}>
            Key …
          </button>
          <button
            type="button"
            disabled={locked.value}
            onClick={() => {
              shut()
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
      {question && <CategoryDialog category={category} question={question} onClose={() => setQuestion(null)} />}
    </div>
  )
}
