import type { StudioEvents } from '../api.ts'

export type Listener = <K extends keyof StudioEvents>(event: K, data: StudioEvents[K]) => void

/** Tells every open page what happens. */
export class Hub {
  readonly #listeners = new Set<Listener>()

  listen(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  tell<K extends keyof StudioEvents>(event: K, data: StudioEvents[K]): void {
    for (const listener of this.#listeners) listener(event, data)
  }
}
