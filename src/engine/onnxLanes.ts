import { availableParallelism } from 'node:os'
import type { Backbone } from '../backbone/backbone.ts'
import { IdleThreads } from '../flow/idleThreads.ts'
import { AnsweringThread } from '../flow/thread.ts'
import type { BackboneRunner } from './engine.ts'
import type { LaneMessage, LaneNetwork } from './laneData.ts'
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

/** How long threads wait for their networks, in milliseconds: what comes before takes longer where other programs compute. */
const PREPARED_MS = 10_000

/** Threads that have loaded a library, and have no network yet. */
const prepared: Readonly<Record<OrtName, IdleThreads>> = { onnx: new IdleThreads(), wasm: new IdleThreads() }

/** Starts threads for networks that come soon: meanwhile they load the library. */
export function prepareLanes(count: number, name: OrtName): void {
  for (let at = 0; at < count; at++) prepared[name].keep(newThread(name), PREPARED_MS)
}

function newThread(name: OrtName): AnsweringThread {
  return new AnsweringThread(new URL('./onnxWorker.js', import.meta.url), { library: LIBRARIES[name] })
}

/** One of `count` threads that share the processors. @param size pixels a side */
export function startLane(bytes: Uint8Array, size: number, name: OrtName, count = 1): Lane {
  const threads = Math.max(1, Math.floor(availableParallelism() / count))
  return new Lane(prepared[name].take() ?? newThread(name), { bytes, options: sessionOptions(threads), size })
}

/** A thread with a session. */
export class Lane {
  readonly ready: Promise<unknown>
  readonly #thread: AnsweringThread

  constructor(thread: AnsweringThread, network: LaneNetwork) {
    this.#thread = thread
    this.ready = this.#ask({ kind: 'open', ...network })
  }

  get waiting(): number {
    return this.#thread.waiting
  }

  async run(pixels: Uint8Array, count: number): Promise<Output> {
    // A part of a larger buffer would be copied together with all of it.
    const due = pixels.byteLength < pixels.buffer.byteLength ? pixels.slice() : pixels
    return (await this.#ask({ kind: 'run', pixels: due, count })) as Output
  }

  #ask(message: LaneMessage): Promise<unknown> {
    return this.#thread.ask(message)
  }

  end(): Promise<void> {
    return this.#thread.end()
  }
}
