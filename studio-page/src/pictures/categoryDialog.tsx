import type { CategoryState } from '../../../src/studio/api.ts'
import { Ask, Dialog } from '../frame/dialog.tsx'
import { attempt } from '../notices.ts'
import { put } from '../server/request.ts'
import { operate } from '../server/unsaved.ts'
import { categories, settings } from '../state.ts'
import { count } from '../words.ts'

/** What is asked before something is done with a category. */
export type Question = 'rename' | 'merge' | 'remove' | 'key'

interface Props {
  readonly category: CategoryState
  readonly question: Question
  readonly onClose: () => void
}

/** Asks, and does what was answered. */
export function CategoryDialog({ category, question, onClose }: Props) {
  const { name, shown } = category
  switch (question) {
    case 'rename':
      return (
        <Ask
          title={`Rename ${shown}`}
          label="New name"
          button="Rename"
          value={name}
          onAnswer={to => void operate({ op: 'category.rename', from: name, to })}
          onClose={onClose}
        />
      )
    case 'merge':
      return (
        <Ask
          title={`Put all of ${shown} into another category`}
          label="Category"
          button="Merge"
          options={categories.value.flatMap(other => (other.name === name ? [] : [other.name]))}
          onAnswer={to => void operate({ op: 'category.merge', from: name, to })}
          onClose={onClose}
        />
      )
    case 'key':
      return (
        <Ask
          title={`Key of ${shown}`}
          label="One digit"
          button="Set"
          options={[...'1234567890']}
          onAnswer={key => setKey(name, key)}
          onClose={onClose}
        />
      )
    case 'remove':
      return <RemoveDialog category={category} onClose={onClose} />
  }
}

/** A key means one category: whichever had it gets another. */
function setKey(name: string, key: string): void {
  const kept = Object.entries(settings.value.keys).filter(([, taken]) => taken !== key)
  attempt(() => put('api/settings', { keys: { ...Object.fromEntries(kept), [name]: key } }))
}

function RemoveDialog({ category: { name, shown, count: held }, onClose }: Omit<Props, 'question'>) {
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
