import { hostname } from 'node:os'
import type { Job, Processor, Queue, Worker } from 'bullmq'
import { type QueueAddress, queueAddress } from './address.ts'
import { PLANNER } from './batchQueue.ts'
import { backendFor, loadBull, openBullQueue, QUEUE_NAME } from './bull.ts'
import { patiently } from './patiently.ts'
import { probeQueue } from './probe.ts'
import { queueError } from './queueError.ts'

/** A job as it is handed to whoever does it. */
export interface Handed {
  /** As it was found: anybody may have written it. */
  readonly data: unknown
  /** Whether a worker has gone silent over it before. */
  readonly isStalled: boolean
  /** What was noted last, by whichever worker. */
  readonly note: unknown
  /** Keeps something for whoever takes the job if this process dies. */
  readonly keep: (note: object) => Promise<void>
}

/** What may become of a job but being done; thrown by whoever does it. Any other error counts as one of five attempts. */
export class JobOutcome extends Error {
  /** `pause`: nobody can do any at the moment; `refuse`: nobody ever can; `leave`: this worker can't. */
  readonly kind: 'pause' | 'refuse' | 'leave'

  constructor(kind: JobOutcome['kind'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.kind = kind
  }
}

export interface BatchWorkerOptions {
  readonly perform: (job: Handed) => Promise<void>
  /** Jobs at a time. */
  readonly atOnce: number
  /** A worker that is not heard from for so long is taken for dead, and its jobs go to others; milliseconds. */
  readonly silenceMs: number
  /** Told when the queue does not answer, over and over, and of what goes wrong beside the jobs. */
  readonly onTrouble: (error: Error) => void
}

/** How long all workers rest when a store does not answer, in milliseconds. */
const REST_MS = 3000
/** Deaths that a job may see: one to suspect it, then one a picture that ends its process. */
const MOST_DEATHS = 5
/** How long a server that has gone is waited for at the end, in milliseconds. */
const PARTING_MS = 5000

/** The worker's end of a queue. */
export class BatchWorker {
  readonly #queue: Queue
  readonly #worker: Worker
  readonly #address: QueueAddress
  readonly #options: BatchWorkerOptions
  readonly #underWay = new Set<Promise<void>>()
  #isClosed = false

  private constructor(queue: Queue, worker: Worker, address: QueueAddress, options: BatchWorkerOptions) {
    this.#queue = queue
    this.#worker = worker
    this.#address = address
    this.#options = options
  }

  /** Begins to work. @throws UserError as `BatchQueue.open` */
  static async start(text: string, options: BatchWorkerOptions): Promise<BatchWorker> {
    const address = queueAddress(text)
    await probeQueue(address)
    try {
      const queue = await openBullQueue(address, options.onTrouble)
      const [{ Worker }, { connection, factory }] = await Promise.all([loadBull(), backendFor(address)])
      let self: BatchWorker | undefined
      const processor: Processor = (job, token) => self!.#perform(job, token)
      const worker = new Worker(
        QUEUE_NAME,
        processor,
        {
          connection,
          name: `${hostname()}-${process.pid}`,
          autorun: false,
          concurrency: options.atOnce,
          lockDuration: options.silenceMs,
          stalledInterval: options.silenceMs,
          maxStalledCount: MOST_DEATHS,
          maximumRateLimitDelay: REST_MS,
          runRetryDelay: 2000,
        },
        factory,
      )
      worker.on('error', options.onTrouble)
      self = new BatchWorker(queue, worker, address, options)
      worker.run().catch(options.onTrouble)
      return self
    } catch (error) {
      throw queueError(error, address)
    }
  }

  /** Whether nothing waits and nobody is at work. */
  async isEmpty(): Promise<boolean> {
    const counts = await this.#ask(() => this.#queue.getJobCounts('waiting', 'prioritized', 'delayed', 'active'))
    return Object.values(counts).every(count => count === 0)
  }

  /** Takes no more jobs, and ends when those under way are done. */
  async close(): Promise<void> {
    const closed = this.#worker.close()
    while (this.#underWay.size > 0) await Promise.race(this.#underWay)
    this.#isClosed = true
    const late = new Promise(resolve => setTimeout(resolve, PARTING_MS).unref())
    await Promise.race([closed.then(() => this.#queue.close()), late])
  }

  async #perform(job: Job, token: string | undefined): Promise<void> {
    if (job.name === PLANNER) return
    const task = this.#settle(job, token)
    const silent = task.then(
      () => undefined,
      () => undefined,
    )
    this.#underWay.add(silent)
    try {
      await task
    } finally {
      this.#underWay.delete(silent)
    }
  }

  async #settle(job: Job, token: string | undefined): Promise<void> {
    const { UnrecoverableError, WaitingError, Worker } = await loadBull()
    try {
      await this.#options.perform({
        data: job.data,
        isStalled: job.stalledCounter > 0,
        note: job.progress,
        keep: note => this.#ask(() => job.updateProgress(note)),
      })
    } catch (error) {
      if (!(error instanceof JobOutcome)) throw error
      if (error.kind === 'refuse') throw new UnrecoverableError(error.message)
      if (error.kind === 'pause') {
        await this.#ask(() => this.#queue.rateLimit(REST_MS))
        throw Worker.RateLimitError()
      }
      void this.#worker.pause(true) // this one takes no more, and the job goes back
      await this.#ask(() => job.moveToWait(token))
      throw new WaitingError()
    }
  }

  /** A server that has gone is waited for. */
  async #ask<T>(question: () => Promise<T>): Promise<T> {
    return await patiently(question, this.#address, this.#options.onTrouble, () => this.#isClosed)
  }
}
