import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { UserError } from '../../errors.ts'
import type { EngineState } from '../api.ts'
import type { EngineCall, EngineCalls, FromChild, Opinions, ToChild } from './messages.ts'

/** The script that a child runs; beside this file when built. */
export const ENGINE_CHILD = fileURLToPath(new URL('./child.js', import.meta.url))

/** After so many deaths in a row it is not started again by itself. */
const MOST_DEATHS = 3
/** One that lived for so long died of something else than the one before. */
const LIVED_MS = 60_000

interface Waiting {
  readonly resolve: (value: never) => void
  readonly reject: (error: Error) => void
}

export interface EngineHooks {
  readonly onState: (state: EngineState) => void
  readonly onOpinions: (opinions: Opinions) => void
  /** Called at each start: what there is must be told anew. */
  readonly onStart: () => void
}

/** What runs networks for the studio: a process of its own, so that the page stays quick, and that may die. */
export class Engine {
  readonly #tfFiles: string
  readonly #hooks: EngineHooks
  readonly #script: string
  readonly #waiting = new Map<number, Waiting>()
  #child: ChildProcess | undefined
  #nextCall = 1
  #deaths = 0
  #startedAt = 0
  #closed = false
  #state: EngineState = { state: 'starting' }

  constructor(tfFiles: string, hooks: EngineHooks, script: string = ENGINE_CHILD) {
    this.#tfFiles = tfFiles
    this.#hooks = hooks
    this.#script = script
  }

  get state(): EngineState {
    return this.#state
  }

  /** Of the process at work; undefined without one. */
  get pid(): number | undefined {
    return this.#child?.pid
  }

  start(): void {
    if (this.#child !== undefined || this.#closed) return
    this.#startedAt = Date.now()
    this.#become({ state: 'starting' })
    // Signals of the terminal reach the whole group: the child leaves them to this process.
    const child = fork(this.#script, [], { serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    this.#child = child
    child.on('message', message => this.#hear(message as FromChild))
    child.on('error', () => this.#died(child))
    child.on('exit', () => this.#died(child))
    this.#send({ kind: 'open', tfFiles: this.#tfFiles })
    this.#hooks.onStart()
  }

  /** After it was given up. */
  restart(): void {
    this.#deaths = 0
    this.start()
  }

  /** @throws UserError `E_ENGINE` when it is not at work, or dies over it */
  call<K extends EngineCall>(name: K, argument: Parameters<EngineCalls[K]>[0]): Promise<ReturnType<EngineCalls[K]>>
  call(name: EngineCall, argument?: unknown): Promise<unknown> {
    if (this.#child === undefined) return Promise.reject(ended())
    const id = this.#nextCall++
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#send({ kind: 'call', id, name, argument })
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    const child = this.#child
    if (child === undefined) return
    const gone = new Promise(resolve => child.once('exit', resolve))
    child.kill('SIGKILL') // it holds nothing that would be lost
    await gone
  }

  #send(message: ToChild): void {
    this.#child?.send(message, () => undefined) // a child that died tells so by its end
  }

  #hear(message: FromChild): void {
    if (message.kind === 'ready') this.#become({ state: 'ready' })
    if (message.kind === 'working') this.#looksAt(message.done, message.total)
    if (message.kind === 'opinions') this.#hooks.onOpinions(message.opinions)
    if (message.kind !== 'answer' && message.kind !== 'failure') return
    const waiting = this.#waiting.get(message.id)
    this.#waiting.delete(message.id)
    if (message.kind === 'answer') waiting?.resolve(message.value as never)
    else
      waiting?.reject(
        new UserError(message.code as UserError['code'], message.message, message.hint ? { hint: message.hint } : {}),
      )
  }

  #died(child: ChildProcess): void {
    if (this.#child !== child) return
    this.#child = undefined
    for (const { reject } of this.#waiting.values()) reject(ended())
    this.#waiting.clear()
    if (this.#closed) return
    this.#deaths = Date.now() - this.#startedAt > LIVED_MS ? 1 : this.#deaths + 1
    if (this.#deaths < MOST_DEATHS) this.start()
    else this.#become({ state: 'ended', reason: 'What looks at the pictures has ended three times in a row.' })
  }

  #looksAt(done: number, total: number): void {
    this.#become(done < total ? { state: 'ready', looking: { done, total } } : { state: 'ready' })
  }

  #become(state: EngineState): void {
    this.#state = state
    this.#hooks.onState(state)
  }
}

function ended(): UserError {
  return new UserError('E_ENGINE', 'What looks at the pictures is not at work.', {
    hint: 'Start it again; sorting by hand goes on.',
  })
}
