import { useEffect, useState } from 'preact/hooks'
import type { JobState, StudioState } from '../../../src/studio/api.ts'
import { forget, frozen, guess, watchGuesses } from '../camera/guessing.ts'
import { CameraView } from '../camera/view.tsx'
import { startJob } from '../server/jobs.ts'
import { canGuess, connection, locked, studio, working } from '../state.ts'
import { Bars } from '../try/bars.tsx'
import { inHundred, interval } from '../words.ts'

type Preset = NonNullable<JobState['preset']>

/** As `itc train --preset` has them. */
const PRESETS: Readonly<Record<Preset, string>> = {
  fast: 'fast: one network',
  good: 'good: two, twice the time',
  best: 'best: three, four times the time',
}

/** The model beside the pictures: how good it is, what has changed since, training, and a try at once. */
export function ModelPanel() {
  const now = studio.value
  useEffect(() => {
    // Here nothing shows which picture stands still: what the camera sees is named.
    if (frozen.peek()) forget()
    return watchGuesses()
  }, [])
  const [preset, setPreset] = useState<Preset | null>(null)
  if (!now) return null
  const { model, live, untrainable, networks } = now
  // What is there stays as it is until somebody chooses otherwise.
  const chosen = working.value?.preset ?? preset ?? (networks?.known ? networks.preset : 'fast')
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
      <p>
        <label class="preset">
          Networks
          <select
            value={chosen ?? ''}
            disabled={locked.value || working.value !== undefined}
            onChange={event => setPreset((event.currentTarget.value || null) as Preset | null)}
          >
            {networks?.known && networks.preset === null && (
              <option value="">as now: {networks.names.join(' + ')}</option>
            )}
            {Object.entries(PRESETS).map(([name, words]) => (
              <option key={name} value={name}>
                {words}
              </option>
            ))}
          </select>
        </label>
      </p>
      {networks && !networks.known && (
        <p class="soft">
          The model is of a network of its own, {networks.names.join(' + ')}: <code>itc train --backbone</code> keeps
          it, training here takes one of these.
        </p>
      )}
      <p class="buttons">
        <button
          type="button"
          class="main"
          data-train
          disabled={locked.value || untrainable !== null || working.value !== undefined}
          aria-describedby={untrainable ? 'untrainable' : undefined}
          onClick={() => startJob({ kind: 'train', ...(chosen && { preset: chosen }) })}
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
