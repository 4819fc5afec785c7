import type { BackboneRunner } from '../engine/engine.ts'

/** How many pictures are read and decoded at a time; libuv runs four of them, the others wait in its queue. */
const AHEAD = 16
/** Pictures a run of the engine, at most: enough to keep every core busy, few enough that little is lost on a stop. */
const BATCH = 16
/** Pictures of the first run, before it is known how long they take. */
const FIRST_BATCH = 4
/** What a run may take, in milliseconds: an engine may block the event loop, and a stop is to be heard within a second. */
const RUN_MS = 300

/** Pictures to decode and run, by number from 0. */
export interface PipelineOptions {
  /** The network's input for one picture; undefined leaves the picture out. An exception ends the whole run. */
  readonly prepare: (index: number) => Promise<Uint8Array | undefined>
  /** Called when the first batch is due. */
  readonly runner: () => Promise<BackboneRunner>
  /** Receives each batch's bottlenecks, [indices.length, features]. */
  readonly onBatch: (indices: readonly number[], bottlenecks: Float32Array) => Promise<void> | void
  readonly signal?: AbortSignal | undefined
}

/**
 * Decodes `count` pictures several at a time and runs them in batches, one after another, while the next are decoded.
 *
 * @throws what `prepare`, the engine or `onBatch` threw first, or the signal's reason, after all under way has ended
 */
export async function runPipeline(count: number, options: PipelineOptions): Promise<void> {
  let indices: number[] = []
  let inputs: Uint8Array[] = []
  let running: Promise<void> = Promise.resolve()
  let next = 0
  let size = FIRST_BATCH

  /** Hands the gathered batch over; waits for the one before, so that decoding stays at most a batch ahead. */
  const flush = async () => {
    const batch = indices
    const pixels = inputs
    indices = []
    inputs = []
    const before = running
    running = before.then(async () => {
      options.signal?.throwIfAborted()
      const runner = await options.runner()
      const start = performance.now()
      const bottlenecks = await runner.run(Buffer.concat(pixels), batch.length)
      const each = (performance.now() - start) / batch.length
      size = Math.max(1, Math.min(BATCH, Math.floor(RUN_MS / each)))
      await options.onBatch(batch, bottlenecks)
    })
    running.catch(() => undefined) // heard by whoever awaits the next one
    await before
  }

  const work = async () => {
    try {
      while (next < count) {
        options.signal?.throwIfAborted()
        const index = next++
        const pixels = await options.prepare(index)
        if (pixels === undefined) continue
        indices.push(index)
        inputs.push(pixels)
        if (indices.length >= size) await flush()
      }
    } catch (error) {
      next = count // the others finish their picture and stop
      throw error
    }
  }

  const loops = await Promise.allSettled(Array.from({ length: Math.min(AHEAD, count) }, work))
  const failed = loops.find(loop => loop.status === 'rejected')
  if (!failed && indices.length > 0) await flush()
  const ended = await running.then(
    () => undefined,
    (error: unknown) => ({ error }),
  )
  if (failed) throw failed.reason
  if (ended) throw ended.error
}
