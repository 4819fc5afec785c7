import { useEffect, useRef, useState } from 'preact/hooks'
import { Ask, Dialog } from '../frame/dialog.tsx'
import { shown as phoneFor } from '../phone/door.ts'
import { operate } from '../server/unsaved.ts'
import { categories, locked, opened, studio } from '../state.ts'
import { count } from '../words.ts'
import { Card } from './card.tsx'
import { CategoryScreen } from './category.tsx'
import { answer, asked } from './dropped.ts'
import { Empty } from './empty.tsx'
import { ModelPanel } from './model.tsx'

/** All categories, or all pictures of one place. */
export function PicturesScreen() {
  const place = opened.value
  return place === '' ? <Overview /> : <CategoryScreen key={place} place={place} />
}

/** Collect, train and try, side by side. */
function Overview() {
  const [adding, setAdding] = useState(false)
  const now = studio.value
  const isEmpty = now?.unlabeled === 0 && categories.value.length === 0
  const wasEmpty = useRef(isEmpty)
  // What had the focus is gone with the first screen: on to what fills a category, whenever that comes.
  useEffect(() => {
    const isLost = document.activeElement === document.body
    if (wasEmpty.current && !isEmpty && isLost) document.querySelector<HTMLElement>('[data-hold]')?.focus()
    wasEmpty.current = isEmpty
  }, [isEmpty])
  if (!now) return null
  return (
    <>
      {isEmpty ? (
        <Empty />
      ) : (
        <div class="pictures">
          <section aria-label="Categories">
            <header class="bar">
              <h1 class="visually-hidden">Pictures</h1>
              <button type="button" disabled={locked.value} onClick={() => setAdding(true)}>
                + Category
              </button>
              <button
                type="button"
                disabled={locked.value}
                onClick={() => {
                  phoneFor.value = null
                }}
              >
                From a phone …
              </button>
              <span class="soft">Drop folders or pictures anywhere.</span>
              {now.unlabeled > 0 && <a href="#pictures/.unlabeled">{count(now.unlabeled, 'picture')} unlabelled</a>}
              {now.trash > 0 && <a href="#pictures/.trash">{now.trash} in the trash</a>}
            </header>
            <ul class="cards">
              {categories.value.map(category => (
                <Card key={category.name} category={category} />
              ))}
            </ul>
          </section>
          <ModelPanel />
        </div>
      )}
      {adding && (
        <Ask
          title="New category"
          label="Name"
          button="Add"
          onAnswer={to => void operate({ op: 'category.add', to })}
          onClose={() => setAdding(false)}
        />
      )}
      {asked.value.length > 0 && <FoldersDialog />}
    </>
  )
}

function FoldersDialog() {
  const folders = asked.value
  const close = () => {
    asked.value = []
  }
  const [first] = folders
  const title =
    folders.length === 1
      ? `Make a category “${first?.name}” from this folder?`
      : `Make ${folders.length} categories from these folders?`
  return (
    <Dialog title={title} onClose={close}>
      <ul class="folders">
        {folders.slice(0, 12).map(({ name, files }) => (
          <li key={name}>
            {name} <span class="soft">{count(files.length, 'picture')}</span>
          </li>
        ))}
      </ul>
      {folders.length > 12 && <p class="soft">and {folders.length - 12} more</p>}
      <p class="buttons">
        <button type="button" class="main" data-first onClick={() => void answer(folders, true)}>
          Yes
        </button>
        <button type="button" onClick={() => void answer(folders, false)}>
          No, all unlabelled
        </button>
        <button type="button" onClick={close}>
          Cancel
        </button>
      </p>
    </Dialog>
  )
}
