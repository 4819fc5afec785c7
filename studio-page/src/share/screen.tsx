import type { ExportKind, ExportOutcome, JobState, SortOutcome } from '../../../src/studio/api.ts'
import { quoted } from '../../../src/text.ts'
import { attempt } from '../notices.ts'
import { startJob } from '../server/jobs.ts'
import { post } from '../server/request.ts'
import { locked, shownPlace, studio, working } from '../state.ts'
import { count, megabytes } from '../words.ts'

const FORMATS: readonly (readonly [ExportKind, string, string])[] = [
  ['page', 'A page', 'Opens in any browser, on a phone too: camera or picture in, name out. Works offline.'],
  ['tfjs', 'TensorFlow.js', 'For web pages of your own, with a small page that shows how.'],
  ['saved-model', 'SavedModel', 'For Python and TensorFlow Serving.'],
  ['onnx', 'ONNX', 'For onnxruntime, in almost any language and on phones.'],
  ['graphdef', 'GraphDef', 'One file, as TensorFlow for Poets had it: label_image.py runs it.'],
]

/** The model as others take it, and the folder's pictures sorted by it. */
export function ShareScreen() {
  const now = studio.value
  if (!now) return null
  const jobs = now.jobs.toReversed()
  const idle = !locked.value && working.value === undefined
  const sorted = resultOf<SortOutcome>(jobs, result => result.kind === 'guess-dir')
  return (
    <section class="share">
      <h1>Take the model away</h1>
      {!now.model && <p class="note">Nothing to share yet: train first, on the page Pictures.</p>}
      <ul class="cards">
        {FORMATS.map(([format, name, sentence]) => (
          <li key={format} class="card">
            <h2>{name}</h2>
            <p class="soft">{sentence}</p>
            <Exported
              outcome={resultOf<ExportOutcome>(jobs, result => result.kind === 'export' && result.format === format)}
            />
            <p class="buttons">
              <button
                type="button"
                class={format === 'page' ? 'main' : ''}
                disabled={!now.model || !idle}
                aria-label={`Export ${name}`}
                onClick={() => startJob({ kind: 'export', format })}
              >
                Export
              </button>
            </p>
          </li>
        ))}
      </ul>
      <h1>Let it sort</h1>
      <ul class="cards">
        <li class="card">
          <h2>What is unlabelled</h2>
          <p class="soft">
            Copies {count(now.unlabeled, 'picture')} into a folder for each category. Yours stay as they are.
          </p>
          {sorted && (
            <p>
              {sorted.counts.map(({ label, count: held }) => `${held} ${shownPlace(label)}`).join(', ')}
              {sorted.failed > 0 && `, ${sorted.failed} could not be read`}. <OpenFolder folder={sorted.folder} />
            </p>
          )}
          <p class="buttons">
            <button
              type="button"
              disabled={!now.model || !idle || now.unlabeled === 0}
              onClick={() => startJob({ kind: 'guess-dir' })}
            >
              Sort copies
            </button>
          </p>
        </li>
        <li class="card">
          <h2>What arrives in a folder</h2>
          <p class="soft">In a terminal; it names pictures as they come, until you end it:</p>
          <code>itc watch {quoted(now.folder, now.folder.startsWith('/') ? 'linux' : 'win32')} inbox --to sorted</code>
        </li>
      </ul>
    </section>
  )
}

/** What the newest job of a kind left. */
function resultOf<T>(
  jobs: readonly JobState[],
  is: (result: NonNullable<JobState['result']>) => boolean,
): T | undefined {
  return jobs.find(({ result }) => result && is(result))?.result as T | undefined
}

function Exported({ outcome }: { readonly outcome: ExportOutcome | undefined }) {
  if (!outcome) return null
  return (
    <p>
      <code>{outcome.folder}</code>, {count(outcome.files, 'file')}, {megabytes(outcome.bytes)}.{' '}
      <OpenFolder folder={outcome.folder} />
    </p>
  )
}

function OpenFolder({ folder }: { readonly folder: string }) {
  return (
    <button type="button" class="link" onClick={() => attempt(() => post('api/reveal', { export: folder }))}>
      Open the folder
    </button>
  )
}
