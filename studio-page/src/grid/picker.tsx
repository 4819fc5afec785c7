import { categoryNamed } from '../actions.ts'
import { Dialog } from '../frame/dialog.tsx'
import { categories } from '../state.ts'

interface Props {
  readonly onPick: (category: string) => void
  readonly onClose: () => void
}

/** A category by its first letters, or a new one. */
export function Picker({ onPick, onClose }: Props) {
  const pick = async (text: string) => {
    const folded = text.toLowerCase()
    const begins = categories.value.filter(({ shown }) => shown.toLowerCase().startsWith(folded))
    const exact = begins.find(({ shown }) => shown.toLowerCase() === folded)
    const name = exact?.name ?? (begins.length === 1 ? begins[0]!.name : await categoryNamed(text))
    if (name !== undefined) onPick(name)
  }
  return (
    <Dialog title="Which category?" onClose={onClose}>
      <form
        onSubmit={event => {
          event.preventDefault()
          const text = String(new FormData(event.currentTarget).get('text') ?? '').trim()
          onClose()
          if (text !== '') void pick(text)
        }}
      >
        <label>
          First letters, or a new name
          <input name="text" list="categories-known" maxLength={100} autocomplete="off" data-first />
        </label>
        <datalist id="categories-known">
          {categories.value.map(({ name, shown }) => (
            <option key={name} value={shown} />
          ))}
        </datalist>
        <p class="buttons">
          <button type="submit" class="main">
            Choose
          </button>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
        </p>
      </form>
    </Dialog>
  )
}
