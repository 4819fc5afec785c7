import type { NamedGuess } from '../../../src/studio/api.ts'
import { shownPlace } from '../state.ts'
import { percent } from '../words.ts'

/** Scores as bars, the best first; greyed, with words, when it is unlike anything learnt. */
export function Bars({ guess, most = 5 }: { readonly guess: NamedGuess; readonly most?: number }) {
  return (
    <div class={guess.unfamiliar ? 'bars unfamiliar' : 'bars'}>
      {guess.unfamiliar && <p class="stranger">Unlike anything learnt</p>}
      <ol>
        {guess.scores.slice(0, most).map(({ label, score }) => (
          <li key={label}>
            <span class="bar-name">{shownPlace(label)}</span>
            <span class="track" aria-hidden="true">
              <span style={{ width: `${score * 100}%` }} />
            </span>
            <span class="bar-score">{percent(score)}</span>
          </li>
        ))}
      </ol>
    </div>
  )
}
