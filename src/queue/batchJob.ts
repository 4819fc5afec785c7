import { createHash } from 'node:crypto'
import { array, literal, looseObject, name, nullable, satisfying, sha256, text, tuple, whole } from '../schema.ts'
import type { Item } from '../storage/store.ts'

/** Raised when workers of before could not do what a job says. */
export const JOB_FORMAT = 1

/** Pictures in a job at most; what has more is none of ours. */
const MOST_ITEMS = 256

/**
 * One job: which pictures, and nothing that a worker would have to trust. Where it reads and writes, and with which model, is
 * said by the worker's own flags; what the job says of them is compared.
 */
export interface BatchJob {
  readonly format: typeof JOB_FORMAT
  /** The batch's id, which the name of its part is made of. */
  readonly batch: string
  /** See `modelIdentity`. */
  readonly model: string
  readonly source: string
  readonly results: string
  /** Key, size and etag of each picture. */
  readonly items: readonly (readonly [key: string, size: number | null, etag: string])[]
}

const item = tuple([name, nullable(whole), text])

export const batchJobSchema = looseObject({
  format: literal(JOB_FORMAT),
  batch: sha256,
  model: sha256,
  source: name,
  results: name,
  items: satisfying(array(item), ({ length }) => length > 0 && length <= MOST_ITEMS, 'is not of 1 to 256 pictures'),
})

/** What a planner tells of a batch. */
export function batchJob(
  id: string,
  items: readonly Item[],
  places: Pick<BatchJob, 'model' | 'source' | 'results'>,
): BatchJob {
  const { model, source, results } = places
  const triples = items.map(({ key, size, etag }) => [key, size ?? null, etag] as const)
  return { format: JOB_FORMAT, batch: id, model, source, results, items: triples }
}

/** The pictures that a job names. */
export function itemsOf({ items }: BatchJob): Item[] {
  return items.map(([key, size, etag]) => ({ key, size: size ?? undefined, etag, modified: 0 }))
}

/** A job's name in the queue: the same batch for the same results is the same job, whoever plans it. */
export function jobId({ batch, source, results }: BatchJob): string {
  return createHash('sha256')
    .update(JSON.stringify([batch, source, results]))
    .digest('hex')
}
