import { Worker } from 'node:worker_threads'

interface Call {
  resolve(answer: unknown): void
  reject(error: unknown): void
}

/** A thread that answers in the order it is asked. It keeps the process alive only while it has something to do. */
export class AnsweringThread {
  readonly #worker: Worker
  readonly #exited: Promise<unknown>
  /** What is under way, in order. */
  readonly #calls: Call[] = []
  #ended: Error | undefined

  /** @param file a worker's file, which posts an answer to each message, or `{ error }`, and leaves at 'end' */
  constructor(file: URL, workerData: object) {
    this.#worker = new Worker(file, { workerData })
    this.#worker.unref()
    this.#exited = new Promise(resolve => this.#worker.once('exit', resolve))
    this.#worker.on('message', answer => this.#take()?.resolve(answer))
    this.#worker.on('error', error => this.#end(error))
    this.#worker.on('messageerror', error => this.#take()?.reject(error)) // memory had no room for an answer
    this.#worker.on('exit', () => this.#end(ended()))
  }

  get waiting(): number {
    return this.#calls.length
  }

  /** @throws what the thread could not do, or that it has ended */
  async ask(message: object): Promise<unknown> {
    if (this.#ended) throw this.#ended
    this.#worker.postMessage(message) // where that fails, there is nothing to stay alive for
    this.#worker.ref()
    return this.answer()
  }

  /** The next answer: of a thread that says something without being asked. */
  async answer(): Promise<unknown> {
    const answer = await new Promise((resolve, reject) => this.#calls.push({ resolve, reject }))
    if (typeof answer === 'object' && answer !== null && 'error' in answer) throw answer.error
    return answer
  }

  /**
   * Ends it, as soon as it has done what it is at. It is not terminated: where a call of onnxruntime comes back to a thread
   * that was terminated meanwhile, its error can't be thrown there, and ends the process (std::terminate).
   */
  async end(): Promise<void> {
    this.#end(ended())
    this.#worker.ref()
    this.#worker.postMessage('end')
    await this.#exited
  }

  #take(): Call | undefined {
    const call = this.#calls.shift()
    if (this.#calls.length === 0 && !this.#ended) this.#worker.unref()
    return call
  }

  #end(error: Error): void {
    this.#ended ??= error
    while (this.#calls.length > 0) this.#take()?.reject(error)
  }
}

function ended(): Error {
  return new Error('a thread has ended')
}
