import { useState } from 'preact/hooks'
import { categoryNamed } from '../actions.ts'
import { attempt, tellFailure } from '../notices.ts'
import { post } from '../server/request.ts'
import { locked } from '../state.ts'

/** The first screen of an empty folder. */
export function Empty() {
  const [busy, setBusy] = useState(false)
  const begin = async (names: readonly string[]) => {
    setBusy(true)
    for (const name of names) if (name !== '') await categoryNamed(name)
    setBusy(false)
  }
  return (
    <section class="start">
      <h1>What do you want to tell apart?</h1>
      <form
        onSubmit={event => {
          event.preventDefault()
          const form = new FormData(event.currentTarget)
          const names = ['first', 'second'].map(name => String(form.get(name) ?? '').trim())
          begin(names).catch(tellFailure)
        }}
      >
        <label>
          This
          <input name="first" required maxLength={100} autocomplete="off" placeholder="such as: cat" ref={focusOnce} />
        </label>
        <label>
          from that
          <input name="second" required maxLength={100} autocomplete="off" placeholder="such as: dog" />
        </label>
        <button type="submit" class="main" disabled={locked.value || busy}>
          Begin
        </button>
      </form>
      <p class="soft">Or drop folders of pictures anywhere here: a folder becomes a category.</p>
      <p class="soft">
        Or{' '}
        <button
          type="button"
          class="link"
          disabled={locked.value || busy}
          onClick={() => attempt(() => post('api/sample', { sample: true }))}
        >
          try the sample
        </button>
        .
      </p>
    </section>
  )
}

function focusOnce(input: HTMLInputElement | null): void {
  if (input && document.activeElement === document.body) input.focus()
}
