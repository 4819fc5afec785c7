import type { BackboneRunner } from '../engine/engine.ts'

/** How many pictures are read and decoded at a time; libuv runs four of them, the others wait in its queue. */
const AHEAD = 16
/** What a run may take, in milliseconds: an engine may block the event loop, and a stop is to be heard within a second. */
const RUN_MS = 300

/** A network that pictures are run through, and where its bottlenecks go. */
export interface PipelineNetwork {
  /** Called when the first batch is due. */
  readonly runner: () => Promise<BackboneRunner>
  /** Receives each batch's bottlenecks, [indices.length, features], one batch after another. */
  readonly onBatch: (indices: readonly number[], bottlenecks: Float32Array) => Promise<void> | void
}

/** Pictures to decode and run through several networks, by number from 0. */
export interface PipelineOptions {
  /**
   * The networks' inputs for one picture, in the networks' order; undefined leaves the picture out of that network. An
   * exception ends the whole run.
   */
  readonly prepare: (index: number) => Promise<readonly (Uint8Array | undefined)[]>
  readonly networks: readonly PipelineNetwork[]
  /** Told of inputs that are needed no more; of none where several networks may have the same ones. */
  readonly release?: ((pixels: Uint8Array) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Decodes `count` pictures several at a time and runs them in batches, as many at once as the engine likes, while the next
 * are decoded. Each is prepared once for all networks.
 *
 * @throws what `prepare`, the engine or `onBatch` threw first, or the signal's reason, after all under way has ended
 */
export function runPipeline(count: number, options: PipelineOptions): Promise<void> {
  return new Pipeline(count, options).run()
}

/** A picture that waits for a network. */
interface Ready {
  readonly index: number
  readonly pixels: Uint8Array
}

/** The pictures that wait for one network, and the network itself once it is loaded. */
class Queue {
  readonly network: PipelineNetwork
  readonly ready: Ready[] = []
  runner: BackboneRunner | undefined
  loading = false
  /** Pictures of the next run: one, until it is known how long a picture takes. */
  batch = 1
  /** Memory of runs that have ended: what is made anew for each has all objects looked through for garbage again and again. */
  readonly #spare: Uint8Array[] = []
  readonly #release: PipelineOptions['release']

  constructor(network: PipelineNetwork, release: PipelineOptions['release']) {
    this.network = network
    this.#release = release
  }

  async load(): Promise<void> {
    this.loading = true
    this.runner = await this.network.runner()
  }

  /** Runs a batch, and learns from it how large the next one may be. */
  async run(runner: BackboneRunner, pictures: readonly Ready[]): Promise<Float32Array> {
    const start = performance.now()
    const length = pictures.reduce((sum, { pixels }) => sum + pixels.length, 0)
    const memory = this.#memory(length)
    const together = sideBySide(pictures, memory.subarray(0, length))
    if (this.#release) for (const { pixels } of pictures) this.#release(pixels)
    const bottlenecks = await runner.run(together, pictures.length)
    this.#spare.push(memory)
    const each = (performance.now() - start) / pictures.length
    this.batch = Math.max(1, Math.min(runner.batch, Math.floor(RUN_MS / each)))
    return bottlenecks
  }

  /** Of `length` bytes or more: some that is spare, or else new memory in the place of some that is too small. */
  #memory(length: number): Uint8Array {
    const fitting = this.#spare.findIndex(spare => spare.length >= length)
    const [spare] = this.#spare.splice(Math.max(0, fitting), 1)
    return spare !== undefined && fitting >= 0 ? spare : new Uint8Array(length)
  }
}

function sideBySide(pictures: readonly Ready[], all: Uint8Array): Uint8Array {
  let at = 0
  for (const { pixels } of pictures) {
    all.set(pixels, at)
    at += pixels.length
  }
  return all
}

interface DueRun {
  readonly queue: Queue
  readonly runner: BackboneRunner
}

/** One run over the pictures: workers decode, queues wait for their networks, and what is due is launched. */
class Pipeline {
  readonly #count: number
  readonly #prepare: PipelineOptions['prepare']
  readonly #signal: AbortSignal | undefined
  readonly #queues: readonly Queue[]
  /** Workers that wait for the engine to catch up. */
  readonly #waiting: (() => void)[] = []
  /** Networks that load and batches that run. */
  readonly #underWay = new Set<Promise<void>>()
  #failure: { readonly error: unknown } | undefined
  #next = 0
  #running = 0
  #allDecoded = false
  #handedOver = Promise.resolve()

  constructor(count: number, { prepare, networks, release, signal }: PipelineOptions) {
    this.#count = count
    this.#prepare = prepare
    this.#signal = signal
    this.#queues = networks.map(network => new Queue(network, networks.length === 1 ? release : undefined))
  }

  async run(): Promise<void> {
    const workers = Array.from({ length: Math.min(AHEAD, this.#count) }, () => this.#decode())
    await Promise.all(workers.map(worker => worker.catch(error => this.#fail(error))))
    this.#allDecoded = true
    this.#launch()
    while (this.#underWay.size > 0) await Promise.all(this.#underWay)
    if (this.#failure) throw this.#failure.error
  }

  /** A worker: prepares one picture after another, and stays little ahead of the engine. */
  async #decode(): Promise<void> {
    while (this.#next < this.#count) {
      this.#signal?.throwIfAborted()
      const index = this.#next++
      const inputs = await this.#prepare(index)
      for (const [at, queue] of this.#queues.entries()) {
        const pixels = inputs[at]
        if (pixels) queue.ready.push({ index, pixels })
      }
      this.#launch()
      while (!this.#failure && this.#queues.some(({ ready }) => ready.length >= AHEAD)) await this.#turn()
    }
  }

  #turn(): Promise<void> {
    return new Promise(go => this.#waiting.push(go))
  }

  #wake(): void {
    for (const go of this.#waiting.splice(0)) go()
  }

  /** Launches what is due: full batches, and once all is decoded whatever is left. */
  #launch(): void {
    if (this.#failure) return
    for (const queue of this.#queues) if (this.#isDue(queue) && !queue.loading) this.#follow(queue.load())
    for (let next = this.#nextRun(); next; next = this.#nextRun()) this.#follow(this.#run(next))
    this.#wake()
  }

  #isDue({ ready, batch }: Queue): boolean {
    return ready.length >= (this.#allDecoded ? 1 : batch)
  }

  /** The longest queue that is due, while the engine takes another run; all networks share its cores. */
  #nextRun(): DueRun | undefined {
    const [longest] = this.#queues
      .flatMap(queue => (queue.runner && this.#isDue(queue) ? [{ queue, runner: queue.runner }] : []))
      .sort((a, b) => b.queue.ready.length - a.queue.ready.length)
    return longest && this.#running < longest.runner.atOnce ? longest : undefined
  }

  async #run({ queue, runner }: DueRun): Promise<void> {
    const pictures = queue.ready.splice(0, queue.batch)
    const indices = pictures.map(({ index }) => index)
    this.#running++
    try {
      this.#signal?.throwIfAborted()
      const bottlenecks = await queue.run(runner, pictures)
      this.#handedOver = this.#handedOver.then(() => queue.network.onBatch(indices, bottlenecks))
      await this.#handedOver
    } finally {
      this.#running--
    }
  }

  #follow(task: Promise<void>): void {
    const ended = task
      .catch(error => this.#fail(error))
      .then(() => {
        this.#underWay.delete(ended)
        this.#launch()
      })
    this.#underWay.add(ended)
  }

  /** The first failure counts; the others finish their picture and stop. */
  #fail(error: unknown): void {
    this.#failure ??= { error }
    this.#next = this.#count
    this.#wake()
  }
}
