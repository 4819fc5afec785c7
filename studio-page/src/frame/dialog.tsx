import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'

interface Props {
  readonly title: string
  readonly onClose: () => void
  readonly children: ComponentChildren
}

/** A question or a note over the page; Esc leaves it. What had the focus before has it again then. */
export function Dialog({ title, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null)
  useLayoutEffect(() => {
    const before = document.activeElement as HTMLElement | null
    dialog.current?.showModal()
    dialog.current?.querySelector<HTMLElement>('[data-first]')?.focus()
    // A dialog that is taken out of the page gives nothing back by itself. Until it is out, nothing else takes the focus; after the
    // next paint a key would have been lost.
    return () => queueMicrotask(() => before?.focus())
  }, [])
  return (
    <dialog ref={dialog} aria-label={title} onClose={onClose} onCancel={onClose}>
      <h2>{title}</h2>
      {children}
    </dialog>
  )
}

interface AskProps {
  readonly title: string
  readonly label: string
  readonly button: string
  readonly value?: string
  readonly options?: readonly string[]
  readonly onAnswer: (text: string) => void
  readonly onClose: () => void
}

/** Asks for a line of text, or for one of a few. */
export function Ask({ title, label, button, value = '', options, onAnswer, onClose }: AskProps) {
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        onSubmit={event => {
          event.preventDefault()
          const text = String(new FormData(event.currentTarget).get('text') ?? '').trim()
          if (text !== '') onAnswer(text)
          onClose()
        }}
      >
        {/* biome-ignore lint/a11y/noLabelWithoutControl: either of the two is one */}
        <label>
          {label}
          {options ? (
            <select name="text" data-first>
              {options.map(option => (
                <option key={option}>{option}</option>
              ))}
            </select>
          ) : (
            <input name="text" defaultValue={value} maxLength={100} autocomplete="off" data-first />
          )}
        </label>
        <p class="buttons">
          <button type="submit" class="main">
            {button}
          </button>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
        </p>
      </form>
    </Dialog>
  )
}
