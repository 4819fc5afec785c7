import { setTimeout as sleep } from 'node:timers/promises'
import type { ErrorCode } from '../../errors/codes.ts'
import { UserError } from '../../errors.ts'
import { seldom } from '../../flow/seldom.ts'
import type { DecodeLimits } from '../../image/limits.ts'
import { COMPLAINTS_MS } from '../../queue/batchQueue.ts'
import { BatchWorker, type Handed, JobOutcome } from '../../queue/batchWorker.ts'
import type { BatchPlaces } from '../guessAll/nameBatch.ts'
import type { Batch } from '../guessAll/plan.ts'
import { OtherJob, readHanded } from './handedBatch.ts'
import { performOneByOne } from './oneByOne.ts'
import { endsItsProcess } from './prove.ts'
import type { Outcome, Work } from './work.ts'
import { WorkerPlaces } from './workerPlaces.ts'

/** What a worker must know beside its work: all of it from its own flags. */
export interface WorkerOptions {
  /** `redis://…` or `postgres://…` */
  readonly queue: string
  /** Jobs are done of pictures in this place only, and below. */
  readonly source: string
  /** Parts are written to this place only, and below. */
  readonly results: string
  readonly limits: DecodeLimits
  /** Ends when there is nothing left to do; else it waits for more. */
  readonly untilEmpty?: boolean
  /** A worker that is not heard from for so many seconds is taken for dead, 30 unless given. */
  readonly silence?: number
  readonly onEvent?: (event: WorkerEvent) => void
  /** Finishes the batches at hand, takes no more, and ends. */
  readonly signal?: AbortSignal
}

export type WorkerEvent =
  | { readonly kind: 'ready' }
  /** A batch is written, by this worker or, if it was not the first, by another one. */
  | {
      readonly kind: 'batch'
      readonly id: string
      readonly pictures: number
      readonly failed: number
      readonly isFirst: boolean
    }
  /** A worker has died over a batch: this one does it a picture at a time. */
  | { readonly kind: 'one-by-one'; readonly id: string }
  /** Everybody rests until the store, or the queue, answers again. */
  | { readonly kind: 'waiting'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'finishing' }

export interface WorkerResult {
  readonly batches: number
  /** Pictures that this worker did, those that can't be used not among them. */
  readonly done: number
  readonly failed: number
}

/** While the part of one batch is written, the next one's pictures are decoded. */
const AT_ONCE = 2
const SILENCE_S = 30
/** So many pictures that an engine is made ready for many. */
const MANY = 100_000
/** How often it is looked whether the queue is empty, in milliseconds. */
const LOOK_MS = 1000
/** Looks after which a queue that never had anything is empty. */
const FIRST_LOOKS = 60
/** What passes by itself. */
const PASSES: readonly ErrorCode[] = ['E_STORE_DOWN', 'E_DISK_FULL', 'E_DISK']

/**
 * Does jobs of a queue until it is told to stop, or the queue is empty: works on the pictures of a batch and writes their part.
 *
 * @throws UserError for what a person can put right: no queue, a store without permission, jobs of another model
 */
export async function runWorker<T extends Outcome>(work: Work<T>, options: WorkerOptions): Promise<WorkerResult> {
  return await new Run(work, options, await WorkerPlaces.open(options.source, options.results, work.form)).perform()
}

class Run<T extends Outcome> {
  readonly #work: Work<T>
  readonly #options: WorkerOptions
  readonly #places: WorkerPlaces
  readonly #counts = { batches: 0, done: 0, failed: 0 }
  readonly #over = new AbortController()
  readonly #trouble: (reason: string) => void
  #failure: unknown

  constructor(work: Work<T>, options: WorkerOptions, places: WorkerPlaces) {
    this.#work = work
    this.#options = options
    this.#places = places
    this.#trouble = seldom(reason => options.onEvent?.({ kind: 'waiting', reason }), COMPLAINTS_MS)
  }

  async perform(): Promise<WorkerResult> {
    const { queue, silence = SILENCE_S, signal, onEvent } = this.#options
    const worker = await BatchWorker.start(queue, {
      perform: job => this.#perform(job),
      atOnce: AT_ONCE,
      silenceMs: silence * 1000,
      onTrouble: error => this.#trouble(`the queue: ${error.message}`),
    })
    const stop = () => {
      onEvent?.({ kind: 'finishing' })
      this.#over.abort()
    }
    signal?.addEventListener('abort', stop, { once: true })
    onEvent?.({ kind: 'ready' })
    try {
      if (signal?.aborted) stop()
      await this.#until(worker)
    } finally {
      signal?.removeEventListener('abort', stop)
      await worker.close()
    }
    if (this.#failure !== undefined) throw this.#failure
    return this.#counts
  }

  /**
   * Empty twice in a row: between two jobs a queue may be empty for a moment. One that never had any is waited for longer: a
   * planner that starts together with its workers lists its pictures first.
   */
  async #until(worker: BatchWorker): Promise<void> {
    const { signal } = this.#over
    const over = new Promise<undefined>(resolve => {
      signal.addEventListener('abort', () => resolve(undefined), { once: true })
    })
    for (let empty = 0, enough = FIRST_LOOKS; empty < enough && !signal.aborted; ) {
      await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined)
      if (!this.#options.untilEmpty || signal.aborted) continue
      empty = (await Promise.race([worker.isEmpty(), over])) ? empty + 1 : 0
      if (empty === 0 || this.#counts.batches > 0) enough = 2
    }
  }

  async #perform(handed: Handed): Promise<void> {
    try {
      await this.#do(handed)
    } catch (error) {
      if (error instanceof UserError && PASSES.includes(error.code)) {
        this.#trouble(error.message)
        throw new JobOutcome('pause', error.message, error)
      }
      if (error instanceof UserError) {
        this.#end(error)
        // What only this worker lacks is no attempt at the job.
        throw error.code === 'E_STORE' ? new JobOutcome('leave', error.message, error) : error
      }
      // One that never saw a picture is in the wrong place: it would use up the attempts of all jobs in a minute.
      const isLost = error instanceof AllGone && this.#counts.batches === 0
      if (isLost) this.#end(new UserError('E_QUEUE', error.message, { hint: LOST }))
      else if (error instanceof OtherJob) this.#end(new UserError('E_QUEUE', error.message, { hint: error.hint }))
      else this.#options.onEvent?.({ kind: 'failed', reason: (error as Error).message })
      throw error
    }
  }

  async #do(handed: Handed): Promise<void> {
    const { job, batch } = readHanded(handed.data, this.#work.identity)
    const places = { ...(await this.#places.of(job)), limits: this.#options.limits, pictures: MANY }
    const outcomes = handed.isStalled
      ? await this.#doStalled(handed, batch, places)
      : await this.#work.perform(batch.items, places)
    refuseAllGone(outcomes)
    const isFirst = await this.#work.write(batch, outcomes, places)
    const failed = outcomes.filter(({ error }) => error !== undefined).length
    this.#counts.batches++
    this.#counts.failed += failed
    this.#counts.done += outcomes.length - failed
    this.#options.onEvent?.({ kind: 'batch', id: batch.id, pictures: outcomes.length, failed, isFirst })
  }

  async #doStalled({ note, keep }: Handed, batch: Batch, places: BatchPlaces): Promise<T[]> {
    const { limits, onEvent } = this.#options
    onEvent?.({ kind: 'one-by-one', id: batch.id })
    const isDeadly = (bytes: Uint8Array) => endsItsProcess({ work: this.#work.trial, limits, bytes })
    return await performOneByOne(this.#work, batch, places, { note, keep, isDeadly })
  }

  #end(error: UserError): void {
    this.#failure ??= error
    this.#over.abort()
  }
}

/** A folder that is not mounted here looks like one whose pictures are all gone: no part is to say that for ever. */
function refuseAllGone(outcomes: readonly Outcome[]): void {
  if (!outcomes.every(({ error }) => error === GONE)) return
  throw new AllGone('None of the pictures of a batch is there: is --source the place that was listed?')
}

class AllGone extends Error {}

/** What whoever started such a worker is told to do. */
const LOST =
  'Check that the disk with the pictures is there on this machine, and give --source the place that was listed.'

/** What a store says of a picture that is not there. */
const GONE = 'gone since it was listed'
