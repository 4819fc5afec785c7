import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf, UserError } from '../../errors.ts'
import { seldom } from '../../flow/seldom.ts'
import { type BatchJob, batchJob, jobId } from '../../queue/batchJob.ts'
import { BatchQueue, COMPLAINTS_MS } from '../../queue/batchQueue.ts'
import type { Batch } from './plan.ts'

/** How the work is given to workers; everything but the queue's address has a default. */
export interface HandOutOptions {
  /** `redis://…` or `postgres://…` */
  readonly address: string
  /** Batches that wait in the queue at most: what is planned later stays here. 2,000 unless given. */
  readonly window?: number | undefined
}

/** What is told of workers elsewhere. */
export type FleetEvent =
  /** How many there are, where the queue's server tells. */
  | { readonly kind: 'workers'; readonly workers: number | undefined }
  /** The queue, or a store, does not answer, and is waited for. */
  | { readonly kind: 'waiting'; readonly reason: string }

/** @template Rows what a part says of its pictures */
export interface HandOutHooks<Rows> {
  readonly signal: AbortSignal | undefined
  /** What the part of a batch says; undefined where there is none. */
  readonly rowsOf: (id: string) => Promise<Rows | undefined>
  /** A part that has come, whoever made it. */
  readonly onPart: (rows: Rows) => void
  /** Told of workers every few seconds, of what is waited for once in a while. */
  readonly onFleet: (event: FleetEvent) => void
}

/** A batch that all workers failed at. */
interface GivenUp {
  readonly batch: Batch
  readonly reason: string
}

const WINDOW = 2000
/** How often the queue is looked at, in milliseconds. */
const LOOK_MS = 1000
/** Parts that are read at a time. */
const AT_ONCE = 8

/**
 * Gives batches to the workers of a queue and waits for their parts. That a part is in the results, and nothing else, means
 * that it is done: a job that is neither there nor in the queue any more, because the queue was lost, is put in again.
 */
export class HandOut {
  readonly #places: Pick<BatchJob, 'model' | 'source' | 'results'>
  readonly #window: number
  readonly #out = new Map<string, Batch>()
  readonly #givenUp: GivenUp[] = []
  #queue!: BatchQueue
  #onTrouble: (reason: string) => void = () => undefined

  private constructor({ window = WINDOW }: HandOutOptions, places: Pick<BatchJob, 'model' | 'source' | 'results'>) {
    this.#places = places
    this.#window = window
  }

  /** To be called before anything is written anywhere. @throws UserError as `BatchQueue.open` and `refuseOthers` */
  static async open(options: HandOutOptions, places: Pick<BatchJob, 'model' | 'source' | 'results'>): Promise<HandOut> {
    const self = new HandOut(options, places)
    self.#queue = await BatchQueue.open(options.address, () => self.#onTrouble('the queue does not answer'))
    try {
      await self.#queue.refuseOthers(places.model)
      return self
    } catch (error) {
      await self.#queue.close()
      throw error
    }
  }

  /**
   * @param batches those that are not done
   * @throws UserError of the store, `E_GIVEN_UP`; the signal's reason when aborted: what waits in the queue is done all the same
   */
  async perform<Rows>(batches: AsyncIterator<Batch>, hooks: HandOutHooks<Rows>): Promise<void> {
    const { signal, onFleet } = hooks
    const stale = new Set((await this.#answer(this.#queue.state(), signal)).failed)
    this.#onTrouble = seldom(reason => onFleet({ kind: 'waiting', reason }), COMPLAINTS_MS)
    for (let isLast = false, looks = 0; ; looks++) {
      await this.#answer(this.#queue.stay(), signal)
      isLast ||= await this.#fill(batches, stale, signal)
      if (isLast && this.#out.size === 0) break
      if (looks % 5 === 1) onFleet({ kind: 'workers', workers: await this.#answer(this.#queue.workers(), signal) })
      await sleep(LOOK_MS, undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted())
      await this.#look(hooks)
    }
    if (this.#givenUp.length > 0) throw notDone(this.#givenUp)
  }

  async close(): Promise<void> {
    await this.#queue.close()
  }

  /** @returns whether there are no more batches */
  async #fill(batches: AsyncIterator<Batch>, stale: Set<string>, signal: AbortSignal | undefined): Promise<boolean> {
    let isLast = false
    const jobs: BatchJob[] = []
    for (let room = this.#window - (await this.#answer(this.#queue.waiting(), signal)); room > 0 && !isLast; room--) {
      const { done, value } = await batches.next()
      isLast = done === true
      if (!done) jobs.push(this.#job(value))
    }
    for (const id of jobs.map(jobId)) {
      if (stale.delete(id)) await this.#answer(this.#queue.forget(id), signal)
    }
    await this.#answer(this.#queue.put(jobs), signal)
    return isLast
  }

  #job(batch: Batch): BatchJob {
    const job = batchJob(batch.id, batch.items, this.#places)
    this.#out.set(jobId(job), batch)
    return job
  }

  /** What has left the queue is done, given up, or lost. */
  async #look<Rows>(hooks: HandOutHooks<Rows>): Promise<void> {
    const { underWay, failed } = await this.#answer(this.#queue.state(), hooks.signal)
    const left = [...this.#out].filter(([id]) => !underWay.has(id))
    const lost: Batch[] = []
    for (let at = 0; at < left.length; at += AT_ONCE) {
      await Promise.all(
        left.slice(at, at + AT_ONCE).map(async ([id, batch]) => {
          const rows = await this.#rowsOf(batch, hooks)
          if (rows === 'unknown') return
          if (rows === undefined && !failed.has(id)) return void lost.push(batch)
          if (rows) hooks.onPart(rows)
          else this.#givenUp.push({ batch, reason: await this.#answer(this.#queue.reason(id), hooks.signal) })
          if (failed.has(id)) await this.#answer(this.#queue.forget(id), hooks.signal)
          this.#out.delete(id)
        }),
      )
    }
    await this.#answer(this.#queue.put(lost.map(batch => this.#job(batch))), hooks.signal)
  }

  /** A store that does not answer is asked again later. */
  async #rowsOf<Rows>({ id }: Batch, { rowsOf }: HandOutHooks<Rows>): Promise<Rows | undefined | 'unknown'> {
    try {
      return await rowsOf(id)
    } catch (error) {
      if (!(error instanceof UserError) || error.code !== 'E_STORE_DOWN') throw error
      this.#onTrouble(messageOf(error))
      return 'unknown'
    }
  }

  /** A server that has gone is waited for, until the signal says otherwise. */
  async #answer<T>(asked: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    if (!signal) return await asked
    signal.throwIfAborted()
    let stop: () => void = () => undefined
    const aborted = new Promise<never>((_, reject) => {
      stop = () => reject(signal.reason)
      signal.addEventListener('abort', stop)
    })
    try {
      return await Promise.race([asked, aborted])
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }
}

function notDone(givenUp: readonly GivenUp[]): UserError {
  const pictures = givenUp.reduce((sum, { batch }) => sum + batch.items.length, 0)
  const message = `${pictures} pictures were given up by the workers: ${givenUp[0]!.reason.replace(/\.$/, '')}.`
  const hint = 'Put right what it says and run the same command again: what is done is not done twice.'
  return new UserError('E_GIVEN_UP', message, { hint })
}
