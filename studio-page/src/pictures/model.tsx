import { useEffect } from 'preact/hooks'
import type { StudioState } from '../../../src/studio/api.ts'
import { guess, watchGuesses } from '../camera/guessing.ts'
import { CameraView } from '../camera/view.tsx'
import { startJob } from '../server/jobs.ts'
import { canGuess, connection, locked, studio, working } from '../state.ts'
import { Bars } from '../try/bars.tsx'
import { inHundred, interval } from '../words.ts'

/** The model beside the pictures: how good it is, what has changed since, training, and a try at once. */
export function ModelPanel() {
  const now = studio.value
  useEffect(watchGuesses, [])
  if (!now) return null
  const { model, live, untrainable } = now
  return (
    <aside class="model" aria-label="Model">
      <h2>Model</h2>
      {model ? (
        <p class="headline">
          {model.accuracy === null ? 'Trained' : inHundred(model.accuracy)}
          <span class="soft">{interval(model.interval)}</span>
        </p>
      ) : (
        <p class="soft">{live ? 'It learns while you sort. Train to measure and keep it.' : 'Nothing learnt yet.'}</p>
      )}
      {model?.stale && <p class="stale">{staleWords(model.stale)}</p>}
      <p class="buttons">
        <button
          type="button"
          class="main"
          data-train
          disabled={locked.value || untrainable !== null || working.value !== undefined}
          aria-describedby={untrainable ? 'untrainable' : undefined}
          onClick={() => startJob({ kind: 'train' })}
        >
          Train
        </button>
      </p>
      {untrainable && (
        <p id="untrainable" class="soft">
          {untrainable}
        </p>
      )}
      <h3>Try it</h3>
      <CameraView />
      {canGuess.value && guess.value && <Bars guess={guess.value} most={4} />}
      {!canGuess.value && connection.value === 'open' && <p class="soft">{whyNoGuess(now)}</p>}
    </aside>
  )
}

function whyNoGuess({ engine, untrainable }: StudioState): string {
  if (engine.state === 'ended') return 'Without the engine nothing is guessed.'
  return untrainable === null
    ? 'Looking at the pictures; guesses come soon.'
    : 'With two categories it begins to guess.'
}

/** "12 moved, 30 new: Train" */
function staleWords({ moved, added, gone }: { moved: number; added: number; gone: number }): string {
  const parts = [moved > 0 ? `${moved} moved` : '', added > 0 ? `${added} new` : '', gone > 0 ? `${gone} gone` : '']
  return `${parts.filter(Boolean).join(', ')} since: train again`
}
