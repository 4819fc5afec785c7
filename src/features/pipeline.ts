import type { BackboneRunner } from '../engine/engine.ts'

/** How many pictures are read and decoded at a time; libuv runs four of them, the others wait in its queue. */
const AHEAD = 16
/** What a run may take, in milliseconds: an engine may block the event loop, and a stop is to be heard within a second. */
const RUN_MS = 300

/** Pictures to decode and run, by number from 0. */
export interface PipelineOptions {
  /** The network's input for one picture; undefined leaves the picture out. An exception ends the whole run. */
  readonly prepare: (index: number) => Promise<Uint8Array | undefined>
  /** Called when the first batch is due. */
  readonly runner: () => Promise<BackboneRunner>
  /** Receives each batch's bottlenecks, [indices.length, features], one batch after another. */
  readonly onBatch: (indices: readonly number[], bottlenecks: Float32Array) => Promise<void> | void
  readonly signal?: AbortSignal | undefined
}

/** A picture that waits for the engine. */
interface Ready {
  readonly index: number
  readonly pixels: Uint8Array
}

/**
 * Decodes `count` pictures several at a time and runs them in batches, as many at once as the engine likes, while the next
 * are decoded.
 *
 * @throws what `prepare`, the engine or `onBatch` threw first, or the signal's reason, after all under way has ended
 */
export async function runPipeline(count: number, options: PipelineOptions): Promise<void> {
  const ready: Ready[] = []
  const waiting: (() => void)[] = []
  const underWay = new Set<Promise<void>>()
  let failure: { readonly error: unknown } | undefined
  let loading: Promise<BackboneRunner> | undefined
  let runner: BackboneRunner | undefined
  let next = 0
  let decoded = false
  let size = 1 // until it is known how long a picture takes
  let handedOver = Promise.resolve()

  const wake = () => {
    for (const go of waiting.splice(0)) go()
  }
  const fail = (error: unknown) => {
    failure ??= { error }
    next = count // the others finish their picture and stop
    wake()
  }
  const follow = (task: Promise<void>) => {
    const ended = task.catch(fail).then(() => {
      underWay.delete(ended)
      launch()
    })
    underWay.add(ended)
  }

  /** Runs what is due: full batches, and once all is decoded whatever is left. */
  const launch = () => {
    if (failure || ready.length < (decoded ? 1 : size)) return
    if (runner === undefined) {
      if (loading === undefined) follow(load())
      return
    }
    while (underWay.size < runner.atOnce && ready.length >= (decoded ? 1 : size)) {
      follow(run(runner, ready.splice(0, size)))
    }
    wake()
  }

  const load = async () => {
    loading = options.runner()
    runner = await loading
  }

  const run = async (engine: BackboneRunner, pictures: readonly Ready[]): Promise<void> => {
    options.signal?.throwIfAborted()
    const start = performance.now()
    const bottlenecks = await engine.run(Buffer.concat(pictures.map(({ pixels }) => pixels)), pictures.length)
    const each = (performance.now() - start) / pictures.length
    size = Math.max(1, Math.min(engine.batch, Math.floor(RUN_MS / each)))
    const indices = pictures.map(({ index }) => index)
    handedOver = handedOver.then(() => options.onBatch(indices, bottlenecks))
    await handedOver
  }

  const work = async () => {
    while (next < count) {
      options.signal?.throwIfAborted()
      const index = next++
      const pixels = await options.prepare(index)
      if (pixels === undefined) continue
      ready.push({ index, pixels })
      launch()
      // Decoding stays little ahead of the engine.
      while (ready.length >= AHEAD && !failure) await new Promise<void>(go => waiting.push(go))
    }
  }

  await Promise.all(Array.from({ length: Math.min(AHEAD, count) }, () => work().catch(fail)))
  decoded = true
  launch()
  while (underWay.size > 0) await Promise.all(underWay)
  if (failure) throw failure.error
}
