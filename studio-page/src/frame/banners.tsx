import type { StudioState } from '../../../src/studio/api.ts'
import { attempt } from '../notices.ts'
import { post, put } from '../server/request.ts'
import { offline, studio } from '../state.ts'

/** "20 pictures in test and 15 in val" */
function keptOf(kept: StudioState['kept']): string {
  return kept
    .map(
      ({ folder, pictures }, at) =>
        `${pictures}${at === 0 ? (pictures === 1 ? ' picture' : ' pictures') : ''} in ${folder}`,
    )
    .join(kept.length === 2 ? ' and ' : ', ')
}

/** What concerns the whole page. */
export function Banners() {
  const now = studio.value
  return (
    <>
      {offline.value && (
        <p class="banner wrong" role="alert">
          <span>
            Studio has ended. Run <code>itc studio</code> again; this page waits.
          </span>
        </p>
      )}
      {now?.readOnly && !offline.value && <p class="banner">For looking only: nothing can be changed here.</p>}
      {now && now.kept.length > 0 && !offline.value && (
        <p class="banner">
          This set is already split. Here you see and sort the pictures to train on; {keptOf(now.kept)} stay as they
          are.
        </p>
      )}
      {now?.engine.state === 'ended' && !offline.value && (
        <p class="banner wrong">
          <span>{now.engine.reason ?? 'The engine has ended.'} Sorting by hand still works.</span>
          <button type="button" onClick={() => attempt(() => post('api/engine'))}>
            Start again
          </button>
        </p>
      )}
      {now?.unsettled.map(sentence => (
        <p key={sentence} class="banner wrong">
          {sentence}
        </p>
      ))}
      {now?.firstUse && !now.readOnly && !offline.value && (
        <p class="banner">
          <span>
            What you sort here moves files in <code>{now.folder}</code>. Nothing is ever deleted, and every change can
            be taken back.
          </span>
          <button type="button" onClick={() => attempt(() => put('api/settings', { noticed: true }))}>
            Understood
          </button>
        </p>
      )}
    </>
  )
}
