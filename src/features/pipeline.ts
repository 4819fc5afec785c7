import type { BackboneRunner } from '../engine/engine.ts'

/** How many pictures are read and decoded at a time; libuv runs four of them, the others wait in its queue. */
const AHEAD = 16
/** Pictures a run of the engine, at most: enough to keep every core busy, few enough that little is lost on a stop. */
const BATCH = 16
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

/** A picture that waits for the engine. */
interface Ready {
  readonly index: number
  readonly pixels: Uint8Array
}

/**
 * Decodes `count` pictures several at a time and runs them in batches, one after another, while the next are decoded.
 *
 * @throws what `prepare`, the engine or `onBatch` threw first, or the signal's reason, after all under way has ended
 */
export async function runPipeline(count: number, options: PipelineOptions): Promise<void> {
  const ready: Ready[] = []
  const waiting: (() => void)[] = []
  let failure: { readonly error: unknown } | undefined
  let running = false
  let engine = Promise.resolve()
  let next = 0
  let size = 1 // until it is known how long a picture takes

  const wake = () => {
    for (const go of waiting.splice(0)) go()
  }
  const fail = (error: unknown) => {
    failure ??= { error }
    next = count // the others finish their picture and stop
    wake()
  }

  /** Runs batches while there are full ones; at the end all that is left. */
  const run = async (last: boolean): Promise<void> => {
    running = true
    try {
      while (ready.length >= (last ? 1 : size)) {
        options.signal?.throwIfAborted()
        const runner = await options.runner()
        const batch = ready.splice(0, size)
        wake()
        const start = performance.now()
        const bottlenecks = await runner.run(Buffer.concat(batch.map(({ pixels }) => pixels)), batch.length)
        const each = (performance.now() - start) / batch.length
        size = Math.max(1, Math.min(BATCH, Math.floor(RUN_MS / each)))
        await options.onBatch(
          batch.map(({ index }) => index),
          bottlenecks,
        )
      }
    } catch (error) {
      fail(error)
    } finally {
      running = false
    }
  }

  const work = async () => {
    while (next < count) {
      options.signal?.throwIfAborted()
      const index = next++
      const pixels = await options.prepare(index)
      if (pixels === undefined) continue
      ready.push({ index, pixels })
      if (!running) engine = run(false)
      // Decoding stays at most a batch ahead of the engine.
      while (ready.length >= BATCH && !failure) await new Promise<void>(go => waiting.push(go))
    }
  }

  await Promise.all(Array.from({ length: Math.min(AHEAD, count) }, () => work().catch(fail)))
  await engine
  if (!failure) await run(true)
  if (failure) throw failure.error
}
