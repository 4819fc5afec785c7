import { randomUUID } from 'node:crypto'
import type { JobsOptions, JobType, Queue } from 'bullmq'
import { UserError } from '../errors.ts'
import { type QueueAddress, queueAddress } from './address.ts'
import { type BatchJob, jobId } from './batchJob.ts'
import { openBullQueue } from './bull.ts'
import { patiently } from './patiently.ts'
import { probeQueue } from './probe.ts'
import { queueError } from './queueError.ts'

/** A queue or a store that does not answer is complained of once in so long, in milliseconds. */
export const COMPLAINTS_MS = 30_000
/** Jobs that are put in with one call. */
const AT_ONCE = 250
/** How long a planner that has died is taken to be alive, in milliseconds. */
const LEASE_MS = 60_000
/** A job's name that says that a planner is at work, and nothing to be done. */
export const PLANNER = 'planner'

/** Jobs of each kind that are looked at; planners have one each among those that are delayed. */
const SAMPLE = 20
const UNDER_WAY: JobType[] = ['waiting', 'prioritized', 'delayed', 'active']

/** A job that fails five times is given up; those between wait, not all for the same time. */
const JOB_OPTIONS: JobsOptions = {
  attempts: 5,
  backoff: { type: 'exponential', delay: 2000, jitter: 0.5 },
  // A job that is done must not be in the way of one of its name: whether it is done the results say.
  removeOnComplete: true,
}

/** Which jobs the queue has. */
export interface QueueState {
  /** Ids of those that wait, are at work, or come again later. */
  readonly underWay: ReadonlySet<string>
  /** Ids of those given up. */
  readonly failed: ReadonlySet<string>
}

/** The planner's end of a queue. A server that has gone is waited for, by whatever is asked of it. */
export class BatchQueue {
  readonly #queue: Queue
  readonly #address: QueueAddress
  readonly #onTrouble: () => void
  readonly #lease = `${PLANNER}-${randomUUID()}`
  #leasedAt = 0
  #isClosed = false

  private constructor(queue: Queue, address: QueueAddress, onTrouble: () => void) {
    this.#queue = queue
    this.#address = address
    this.#onTrouble = onTrouble
  }

  /**
   * @param text see `queueAddress`
   * @param onTrouble told when the queue does not answer, over and over
   * @throws UserError `E_BAD_VALUE`, `E_QUEUE`, `E_QUEUE_DOWN`, `E_MISSING_PACKAGE`
   */
  static async open(text: string, onTrouble: () => void): Promise<BatchQueue> {
    const address = queueAddress(text)
    await probeQueue(address)
    try {
      return new BatchQueue(await openBullQueue(address, onTrouble), address, onTrouble)
    } catch (error) {
      throw queueError(error, address)
    }
  }

  /**
   * Workers end at the sight of a job of another model: who puts some beside another's stops that one's fleet, and waits for
   * ever.
   *
   * @param model see `modelIdentity`
   * @throws UserError `E_QUEUE` where jobs of another model wait or are under way
   */
  async refuseOthers(model: string): Promise<void> {
    const jobs = await this.#ask(queue => queue.getJobs(UNDER_WAY, 0, SAMPLE))
    if (jobs.every(job => typeof job?.data?.model !== 'string' || job.data.model === model)) return
    const { shown, kind } = this.#address
    const other = kind === 'redis' ? 'redis://HOST:6379/1' : 'postgres://HOST/OTHER'
    const hint = `Wait until its workers have done them, or take another database of the server: --queue ${other}`
    throw new UserError('E_QUEUE', `The queue "${shown}" has jobs of another model, or of other limits.`, { hint })
  }

  /** Puts jobs in; those that are there already are left as they are. */
  async put(all: readonly BatchJob[]): Promise<void> {
    for (let at = 0; at < all.length; at += AT_ONCE) {
      const some = all.slice(at, at + AT_ONCE)
      const jobs = some.map(job => ({ name: 'batch', data: job, opts: { ...JOB_OPTIONS, jobId: jobId(job) } }))
      await this.#ask(queue => queue.addBulk(jobs))
    }
  }

  /** Jobs that nobody works at yet. */
  async waiting(): Promise<number> {
    const counts = await this.#ask(queue => queue.getJobCounts('waiting', 'prioritized'))
    return Object.values(counts).reduce((sum, count) => sum + count, 0)
  }

  async state(): Promise<QueueState> {
    const underWay = new Set(await this.#ask(queue => queue.getRanges(UNDER_WAY)))
    return { underWay, failed: new Set(await this.#ask(queue => queue.getRanges(['failed']))) }
  }

  /** Why a job was given up. */
  async reason(id: string): Promise<string> {
    return (await this.#ask(queue => queue.getJob(id)))?.failedReason ?? 'it was given up'
  }

  /** Takes a job out, so that it may be put in anew. */
  async forget(id: string): Promise<void> {
    await this.#ask(queue => queue.remove(id))
  }

  /** Undefined where the server does not tell. */
  async workers(): Promise<number | undefined> {
    return await this.#queue.getWorkersCount().catch(() => undefined)
  }

  /** Says that more is to come: to be called again and again. Whoever works until the queue is empty waits for it. */
  async stay(): Promise<void> {
    if (Date.now() - this.#leasedAt < LEASE_MS / 3) return
    await this.#ask(queue => queue.remove(this.#lease))
    const options = { jobId: this.#lease, delay: LEASE_MS, removeOnComplete: true }
    await this.#ask(queue => queue.add(PLANNER, {}, options))
    this.#leasedAt = Date.now()
  }

  /** The jobs that are in it stay. */
  async close(): Promise<void> {
    this.#isClosed = true
    const gone = this.#leasedAt > 0 ? this.#queue.remove(this.#lease).catch(() => undefined) : undefined
    const late = new Promise(resolve => setTimeout(resolve, 1000).unref()) // a server that has gone is not waited for
    await Promise.race([gone, late])
    await Promise.race([this.#queue.close(), late])
  }

  async #ask<T>(question: (queue: Queue) => Promise<T>): Promise<T> {
    return await patiently(
      () => question(this.#queue),
      this.#address,
      this.#onTrouble,
      () => this.#isClosed,
    )
  }
}
