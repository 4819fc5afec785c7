import { type BatchJob, batchJobSchema, itemsOf, JOB_FORMAT } from '../../queue/batchJob.ts'
import { JobOutcome } from '../../queue/batchWorker.ts'
import { fits, problemWith } from '../../schema.ts'
import { type Batch, batchId } from '../guessAll/plan.ts'

/** A job that says what this worker does, with the pictures it is about. */
export interface HandedBatch {
  readonly job: BatchJob
  readonly batch: Batch
}

/** A job is of other things than this worker: which of the two is wrong a person must say. */
export class OtherJob extends Error {
  readonly hint: string

  constructor(message: string, hint: string) {
    super(message)
    this.hint = hint
  }
}

/**
 * Reads a job. Whoever can write into the queue may have made it: what it says is checked, and nothing of it is followed.
 *
 * @param identity of this worker's work
 * @throws OtherJob for another model, other limits, other work, or another version of itc; JobOutcome `refuse` for one that no planner made
 */
export function readHanded(data: unknown, identity: string): HandedBatch {
  if (formatOf(data) !== undefined && formatOf(data) !== JOB_FORMAT) {
    throw new OtherJob(
      `The jobs in the queue are of another version of itc (${formatOf(data)}, this one does ${JOB_FORMAT}).`,
      'Run the same version of itc everywhere.',
    )
  }
  if (!fits<BatchJob>(batchJobSchema, data)) {
    throw new JobOutcome('refuse', `A job that is none of ours: ${problemWith(batchJobSchema, data)}.`)
  }
  if (data.model !== identity) {
    throw new OtherJob(
      'The jobs in the queue are of another model, or of other limits (--max-pixels and the like).',
      'Give this worker the tf_files and limits of itc guess-all, or with --features those of itc features; a queue is for one model at a time.',
    )
  }
  const items = itemsOf(data)
  if (batchId(items, identity) !== data.batch)
    throw new JobOutcome('refuse', 'A job whose id is not that of its pictures.')
  return { job: data, batch: { id: data.batch, items } }
}

function formatOf(data: unknown): number | undefined {
  const { format } = (data ?? {}) as { format?: unknown }
  return typeof format === 'number' ? format : undefined
}
