import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Backbone } from '../backbone/backbone.ts'
import type { BackboneRunner } from './engine.ts'
import type { LaneData } from './laneData.ts'
import { LIBRARIES, type OrtName } from './onnxRuntime.ts'
import { sessionOptions } from './onnxSession.ts'

/** What a network gives, and its shape. */
export interface Output {
  readonly data: unknown
  readonly dims: readonly number[]
}

/** Pictures a run: enough that messages cost nothing, few enough that memory stays small. */
const BATCH = 4
/**
 * A backbone in several threads, a session in each. One session on all cores waits, at each of a network's layers, for
 * the core that decodes a picture meanwhile; these don't wait for one another. And the event loop stays free.
 */
export async function startLanes(
  bytes: Uint8Array,
  backbone: Backbone,
  count: number,
  name: OrtName = 'onnx',
): Promise<BackboneRunner> {
  const lanes = Array.from({ length: count }, () => startLane(bytes, backbone.recipe.size, name, count))
  const dispose = async () => {
    await Promise.all(lanes.map(lane => lane.end()))
  }
  await Promise.all(lanes.map(lane => lane.ready)).catch(async error => {
    await dispose()
    throw error
  })
  return {
    atOnce: 2 * count, // a run in each, and one that waits for it
    batch: BATCH,
    run: async (pixels, pictures) => {
      const idlest = lanes.reduce((best, lane) => (lane.waiting < best.waiting ? lane : best))
      return (await idlest.run(pixels, pictures)).data as Float32Array
    },
    dispose,
  }
}

/** One of `count` threads that share the processors. @param size pixels a side */
export function startLane(bytes: Uint8Array, size: number, name: OrtName, count = 1): Lane {
  const threads = Math.max(1, Math.floor(availableParallelism() / count))
  const data: LaneData = { library: LIBRARIES[name], bytes, options: sessionOptions(threads), size }
  return new Lane(data)
}

type Answer = 'ready' | Output | { readonly error: unknown }

interface Call {
  resolve(answer: Answer): void
  reject(error: unknown): void
}

/** A thread with a session. It keeps the process alive only while it has something to do. */
export class Lane {
  readonly ready: Promise<unknown>
  readonly #worker: Worker
  /** What is under way, in order. */
  readonly #calls: Call[] = []
  #ended: Error | undefined

  constructor(data: LaneData) {
    this.#worker = new Worker(new URL('./onnxWorker.js', import.meta.url), { workerData: data })
    this.#worker.on('message', (answer: Answer) => this.#take()?.resolve(answer))
    this.#worker.on('error', error => this.#end(error))
    this.#worker.on('exit', () => this.#end(new Error('a thread of the engine has ended')))
    this.ready = this.#call()
  }

  get waiting(): number {
    return this.#calls.length
  }

  async run(pixels: Uint8Array, count: number): Promise<Output> {
    if (this.#ended) throw this.#ended
    this.#worker.ref()
    this.#worker.postMessage({ pixels, count })
    const answer = await this.#call()
    if (answer === 'ready') throw new Error('out of turn')
    if ('error' in answer) throw answer.error
    return answer
  }

  async end(): Promise<void> {
    await this.#worker.terminate()
  }

  #call(): Promise<Answer> {
    return new Promise((resolve, reject) => this.#calls.push({ resolve, reject }))
  }

  #take(): Call | undefined {
    const call = this.#calls.shift()
    if (this.#calls.length === 0) this.#worker.unref()
    return call
  }

  #end(error: Error): void {
    this.#ended ??= error
    while (this.#calls.length > 0) this.#take()?.reject(error)
  }
}
