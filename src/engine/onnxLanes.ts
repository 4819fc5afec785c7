import { availableParallelism } from 'node:os'
import type { Backbone } from '../backbone/backbone.ts'
import type { AnsweringThread } from '../flow/thread.ts'
import type { BackboneRunner } from './engine.ts'
import type { LaneMessage, LaneNetwork } from './laneData.ts'
import type { OrtName } from './onnxRuntime.ts'
import { sessionOptions } from './onnxSession.ts'
import { isThreadWanted, keepThread, takeThread } from './onnxThreads.ts'

/** What a network gives, and its shape. */
export interface Output {
  readonly data: unknown
  readonly dims: readonly number[]
}

/** Pictures a run: enough that messages cost little, few enough that what a network's nodes give stays in the caches (bench/). */
const BATCH = 2
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
  const shared = sharedCopy(bytes)
  const lanes = Array.from({ length: count }, () => startLane(shared, backbone.recipe.size, name, count))
  const dispose = async () => {
    await Promise.all(lanes.map(lane => (isThreadWanted(name) ? lane.leave() : lane.end())))
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

/** In memory that all threads read: a message copies what it holds, twice for each of them, in the thread that sends it. */
function sharedCopy(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length))
  copy.set(bytes)
  return copy
}

/** One of `count` threads that share the processors. @param size pixels a side */
export function startLane(bytes: Uint8Array, size: number, name: OrtName, count = 1): Lane {
  const threads = Math.max(1, Math.floor(availableParallelism() / count))
  return new Lane(takeThread(name), name, { bytes, options: sessionOptions(threads), size })
}

/** A thread with a session. */
export class Lane {
  readonly ready: Promise<unknown>
  readonly #thread: AnsweringThread
  readonly #library: OrtName

  constructor(thread: AnsweringThread, library: OrtName, network: LaneNetwork) {
    this.#thread = thread
    this.#library = library
    this.ready = this.#ask({ kind: 'network', ...network })
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

  /** Leaves the thread to whoever takes it next; it ends where it has something to do yet, or can't close its session. */
  async leave(): Promise<void> {
    if (this.waiting > 0) return this.end()
    await this.#ask({ kind: 'close' }).then(
      () => keepThread(this.#thread, this.#library),
      () => this.end(),
    )
  }
}
