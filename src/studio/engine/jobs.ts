import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { UserError } from '../../errors.ts'
import type { JobRequest, JobState } from '../api.ts'
import { apiError } from '../server/failure.ts'
import { ENGINE_CHILD } from './engine.ts'
import type { Outcome } from './jobResults.ts'
import type { FromChild, JobOrder, JobProgress, ToChild } from './messages.ts'

/** After a request to stop, in milliseconds. */
const GRACE_MS = 5000
/** How often a training looks whether the one in a terminal has ended. */
const LOCKED_MS = 1000
/** Jobs that ended and are still shown. */
const SHOWN = 20
/** Pages are told of progress so often, at most. */
const TELL_MS = 200

/** What jobs need of the studio. */
export interface JobHost {
  readonly order: Omit<JobOrder, 'request'>
  /** Why a training would fail; null when it would not. */
  readonly untrainable: () => string | null
  readonly tell: (state: JobState) => void
  /** Takes what a job found over. */
  readonly finish: (request: JobRequest, result: unknown) => Promise<Outcome>
}

interface Running {
  readonly id: string
  readonly child: ChildProcess
  stopped: boolean
}

/**
 * Heavy work, one at a time, each in a process of its own: what it blocks, fills or brings down is not the page, and to
 * stop it for certain is to end its process.
 */
export class Jobs {
  readonly #host: JobHost
  readonly #script: string
  readonly #states = new Map<string, JobState>()
  #running: Running | undefined
  #startedAt = 0
  #phase = ''
  #toldAt = 0
  #closed = false

  constructor(host: JobHost, script: string = ENGINE_CHILD) {
    this.#host = host
    this.#script = script
  }

  list(): JobState[] {
    return [...this.#states.values()]
  }

  get running(): boolean {
    return this.#running !== undefined || this.list().some(({ state }) => state === 'waiting')
  }

  /** @throws UserError `E_JOB_RUNNING`, `E_UNTRAINABLE` */
  start(request: JobRequest): JobState {
    if (this.running) {
      const hint = 'Wait until it ends, or stop it.'
      throw new UserError('E_JOB_RUNNING', 'Something else is at work already.', { hint })
    }
    const reason = request.kind === 'train' || request.kind === 'choose' ? this.#host.untrainable() : null
    if (reason !== null) throw new UserError('E_UNTRAINABLE', reason)
    const id = randomBytes(6).toString('hex')
    const preset = request.kind === 'train' && request.preset ? { preset: request.preset } : {}
    this.#tell({
      id,
      kind: request.kind,
      ...preset,
      state: 'running',
      phase: 'starting',
      done: 0,
      total: 0,
      left: null,
    })
    this.#fork(id, request)
    return this.#states.get(id)!
  }

  /** A message first, then the end of its process. @throws UserError `E_NOT_FOUND` */
  stop(id: string): void {
    const state = this.#states.get(id)
    if (state === undefined) throw new UserError('E_NOT_FOUND', 'There is no such job.')
    if (this.#running?.id !== id) {
      if (state.state === 'waiting') this.#tell({ ...state, state: 'stopped' })
      return
    }
    const { child } = this.#running
    this.#running.stopped = true
    child.send({ kind: 'stop' } satisfies ToChild, () => undefined)
    setTimeout(() => child.kill('SIGKILL'), GRACE_MS).unref()
  }

  close(): void {
    this.#closed = true
    this.#running?.child.kill('SIGKILL') // what it finished is kept, as after any kill
  }

  #fork(id: string, request: JobRequest): void {
    const child = fork(this.#script, [], { serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    const running: Running = { id, child, stopped: false }
    this.#running = running
    this.#startedAt = Date.now()
    let heard = false
    const end = (work: () => void) => {
      if (heard) return
      heard = true
      if (this.#running === running) this.#running = undefined
      work()
    }
    child.on('message', (message: FromChild) => {
      if (message.kind === 'progress') this.#progress(id, message)
      if (message.kind === 'done') end(() => void this.#finish(id, request, message.result))
      if (message.kind === 'failure') {
        end(() => this.#fail(id, request, toError(message)))
      }
    })
    const gone = () =>
      end(() => this.#fail(id, request, running.stopped ? undefined : new UserError('E_ENGINE', 'It ended of itself.')))
    child.on('error', gone)
    child.on('exit', gone)
    child.send({ kind: 'job', order: { ...this.#host.order, request } } satisfies ToChild, () => undefined)
  }

  #progress(id: string, { phase, done, total, left, decoded }: JobProgress): void {
    const known = this.#states.get(id)
    if (known === undefined) return
    const { decoded: _, ...state } = known
    if (phase !== this.#phase) {
      this.#phase = phase
      this.#startedAt = Date.now()
    } else if (Date.now() - this.#toldAt < TELL_MS && done < total) return
    this.#toldAt = Date.now()
    const spent = (Date.now() - this.#startedAt) / 1000
    const own = done > 0 && spent > 1 ? (spent / done) * (total - done) : null
    const seconds = left === undefined ? own : left
    this.#tell({
      ...state,
      state: 'running',
      phase,
      done,
      total,
      left: seconds === null ? null : Math.round(seconds),
      ...(decoded && { decoded }),
    })
  }

  async #finish(id: string, request: JobRequest, result: unknown): Promise<void> {
    const state = this.#states.get(id)!
    try {
      const outcome = await this.#host.finish(request, result)
      this.#tell({ ...state, state: 'done', phase: 'done', left: null, result: outcome })
    } catch (error) {
      this.#tell({ ...state, state: 'failed', error: apiError(error) })
    }
  }

  #fail(id: string, request: JobRequest, error: UserError | undefined): void {
    const state = this.#states.get(id)!
    if (error === undefined || error.code === 'E_STOPPED') this.#tell({ ...state, state: 'stopped', left: null })
    else if (error.code === 'E_LOCKED' && !this.#closed) this.#wait(id, request, error)
    else this.#tell({ ...state, state: 'failed', left: null, error: apiError(error) })
  }

  /** A training is at work in a terminal: this one takes its turn behind it. */
  #wait(id: string, request: JobRequest, { message }: UserError): void {
    const state = this.#states.get(id)!
    const process = /process (\d+)/.exec(message)?.[1]
    const who = process === undefined ? 'in a terminal' : `in a terminal (process ${process})`
    this.#tell({ ...state, state: 'waiting', phase: `itc train is at work ${who}; yours starts when it ends.` })
    setTimeout(() => {
      if (!this.#closed && this.#states.get(id)?.state === 'waiting') this.#fork(id, request)
    }, LOCKED_MS).unref()
  }

  #tell(state: JobState): void {
    this.#states.set(state.id, state)
    while (this.#states.size > SHOWN) this.#states.delete(this.#states.keys().next().value!)
    this.#host.tell(state)
  }
}

function toError({ code, message, hint }: Extract<FromChild, { kind: 'failure' }>): UserError {
  return new UserError(code as UserError['code'], message, hint === undefined ? {} : { hint })
}
