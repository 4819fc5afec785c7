import { Worker } from 'node:worker_threads'

interface Call {
  resolve(answer: unknown): void
  reject(error: unknown): void
}

/** A thread of the engine: it answers in the order it is asked. It keeps the process alive only while it has something to do. */
export class EngineThread {
  readonly #worker: Worker
  /** What is under way, in order. */
  readonly #calls: Call[] = []
  #ended: Error | undefined

  /** @param file a worker's file, which posts an answer to each message, or `{ error }` */
  constructor(file: URL, workerData: object) {
    this.#worker = new Worker(file, { workerData })
    this.#worker.on('message', answer => this.#take()?.resolve(answer))
    this.#worker.on('error', error => this.#end(error))
    this.#worker.on('exit', () => this.#end(new Error('a thread of the engine has ended')))
  }

  get waiting(): number {
    return this.#calls.length
  }

  /** @throws what the thread could not do, or that it has ended */
  async ask(message: object): Promise<unknown> {
    if (this.#ended) throw this.#ended
    this.#worker.ref()
    this.#worker.postMessage(message)
    return this.answer()
  }

  /** The next answer: of a thread that says something without being asked. */
  async answer(): Promise<unknown> {
    const answer = await new Promise((resolve, reject) => this.#calls.push({ resolve, reject }))
    if (typeof answer === 'object' && answer !== null && 'error' in answer) throw answer.error
    return answer
  }

  async end(): Promise<void> {
    await this.#worker.terminate()
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
