import { AnsweringThread } from '../flow/thread.ts'
import type { JpegWork } from './jpegHere.ts'

/** A thread's file, beside this one when built. */
const THREAD = new URL('./jpegThread.js', import.meta.url)
/** So many pictures take no longer than starting a thread. */
const FEW = 32
/** Pictures that wait for one thread: enough to keep it busy. */
const AHEAD = 4

/** Threads that decode small JPEGs, each started when it is first needed. */
export class JpegThreads {
  readonly #count: number
  readonly #file: URL
  #threads: AnsweringThread[] = []
  #pictures = 0

  constructor(count: number, file: URL = THREAD) {
    this.#count = count
    this.#file = file
  }

  /** @returns undefined where this thread decodes it sooner */
  decode(work: JpegWork): Promise<Uint8Array[] | undefined> | undefined {
    if (this.#count === 0 || this.#pictures++ < FEW) return undefined
    if (this.#threads.length < this.#count) this.#threads.push(new AnsweringThread(this.#file, {}))
    const idlest = this.#threads.reduce((best, thread) => (thread.waiting < best.waiting ? thread : best))
    if (idlest.waiting >= AHEAD) return undefined
    // A part of a larger buffer would be copied together with all of it.
    return idlest.ask({ ...work, bytes: new Uint8Array(work.bytes) }) as Promise<Uint8Array[] | undefined>
  }

  async end(): Promise<void> {
    const threads = this.#threads
    this.#threads = []
    await Promise.all(threads.map(thread => thread.end()))
  }
}
