import type { Settings } from '../../../src/studio/api.ts'
import { attempt } from '../notices.ts'
import { put } from '../server/request.ts'
import { settings } from '../state.ts'
import { Dialog } from './dialog.tsx'

const KEYS: readonly (readonly [string, string])[] = [
  ['1 … 9, 0', 'into that category, and on'],
  ['/ or N', 'another category, or a new one'],
  ['arrows', 'from picture to picture; with Shift: choose'],
  ['Space', 'choose; in Try: freeze'],
  ['Enter', 'open, or accept'],
  ['U', 'no category'],
  ['X, Delete', 'to the trash'],
  ['Y · M · S', 'it is right · move it · later'],
  ['H', 'why: what speaks for the category'],
  ['Ctrl+A', 'all'],
  ['Ctrl+Z', 'undo; with Shift: redo'],
  ['F2', 'rename a category'],
  ['Esc', 'leave'],
]

/** The keys, and how it is wanted. */
export function Help({ onClose }: { readonly onClose: () => void }) {
  const { shortcuts, captureRate, countdown } = settings.value
  const set = (change: Partial<Settings>) => attempt(() => put('api/settings', change))
  return (
    <Dialog title="Keys and settings" onClose={onClose}>
      <p class="soft">Keys work while a picture, or the grid of pictures, has the focus.</p>
      <dl class="keys">
        {KEYS.map(([key, meaning]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <label class="check">
        <input
          type="checkbox"
          checked={shortcuts}
          onChange={event => set({ shortcuts: event.currentTarget.checked })}
        />
        Single keys do something
      </label>
      <label>
        Pictures a second while recording
        <input
          type="number"
          min={1}
          max={10}
          value={captureRate}
          onChange={event => set({ captureRate: Number(event.currentTarget.value) })}
        />
      </label>
      <label>
        Seconds until recording begins
        <input
          type="number"
          min={0}
          max={10}
          value={countdown}
          onChange={event => set({ countdown: Number(event.currentTarget.value) })}
        />
      </label>
      <p class="buttons">
        <button type="button" class="main" data-first onClick={onClose}>
          Close
        </button>
      </p>
    </Dialog>
  )
}
