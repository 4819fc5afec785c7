import type { JobState } from '../../../src/studio/api.ts'
import { stopJob } from '../server/jobs.ts'
import { uploading } from '../server/uploads.ts'
import { offline, studio, working } from '../state.ts'
import { duration, JOB_NAMES } from '../words.ts'

/** Fewer new pictures are looked at before anybody wonders. */
const MANY = 500

/** What is at work: what it does, how far it is, and how to stop it. */
export function JobLine() {
  const job = working.value
  const files = uploading.value
  const looking = studio.value?.engine.looking
  if (offline.value) return null
  return (
    <>
      {job && (
        <p class="job">
          <span>
            {job.state === 'waiting' ? job.phase : `${JOB_NAMES[job.kind]}: ${job.phase}`}
            {job.decoded && job.decoded.done < job.decoded.total && `, ${share(job)}`}
            {job.left !== null && ` · ${duration(job.left)} left`}
          </span>
          <Progress label={JOB_NAMES[job.kind]} done={job.done} total={job.total} />
          <button type="button" onClick={() => stopJob(job.id)}>
            Stop
          </button>
        </p>
      )}
      {looking && looking.total >= MANY && (
        <p class="job">
          <span>
            Looking at new pictures: {looking.done.toLocaleString('en')} of {looking.total.toLocaleString('en')}
          </span>
          <Progress label="Looking at new pictures" done={looking.done} total={looking.total} />
        </p>
      )}
      {files && (
        <p class="job">
          <span>
            Adding {files.done} of {files.total}
          </span>
          <Progress label="Adding pictures" done={files.done} total={files.total} />
          <button type="button" onClick={files.stop}>
            Stop
          </button>
        </p>
      )}
    </>
  )
}

/** "203 of 482 seen, 227 decoded": the network and the decoding beside it. */
function share({ done, total, decoded }: JobState): string {
  return `${done.toLocaleString('en')} of ${total.toLocaleString('en')}, ${decoded!.done.toLocaleString('en')} decoded`
}

function Progress({ label, done, total }: { readonly label: string; readonly done: number; readonly total: number }) {
  return total > 0 ? <progress aria-label={label} value={done} max={total} /> : <progress aria-label={label} />
}
