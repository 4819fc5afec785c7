import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { findRoot } from '../../dataset/root.ts'
import { isInsideByName } from '../../disk/inside.ts'
import { watchChanges } from '../../disk/watch.ts'
import type { EngineChoice } from '../../engine/load.ts'
import { UserError } from '../../errors.ts'
import { layoutOf } from '../../model/layout.ts'
import type { Model } from '../../model/model.ts'
import { checkFolders } from '../guess/folders.ts'
import { checkLinks, guessDir } from '../guess/guessDir.ts'
import { loadModel } from '../guess/loadModel.ts'
import type { GuessDirEvent, GuessDirOptions } from '../guess/options.ts'
import { Arrivals } from './settled.ts'

export interface WatchOptions extends Pick<GuessDirOptions, 'move' | 'into' | 'unsure' | 'limits' | 'followLinks'> {
  /** Ends when all that is there is named, instead of waiting for more. */
  readonly once?: boolean
  /** Looks again and again instead of waiting to be told: for disks that tell nothing. */
  readonly poll?: boolean
  readonly engine?: EngineChoice
  readonly onEvent?: (event: WatchEvent) => void
  readonly signal?: AbortSignal | undefined
}

export type WatchEvent =
  | { readonly kind: 'waiting'; readonly named: number }
  | { readonly kind: 'model'; readonly labels: readonly string[] }
  | Extract<GuessDirEvent, { kind: 'named' | 'failed' }>

export interface WatchResult {
  readonly named: number
  readonly failed: readonly { readonly original: string; readonly reason: string }[]
}

/** Whatever the system tells, or doesn't, in milliseconds. */
const RESCAN_MS = 60_000
const POLL_MS = 2000

/**
 * Names the pictures that arrive in a folder, as they arrive: `guessDir` again and again, for those that are whole. The
 * destination's lock is held for a batch at a time. A model that was trained anew is taken up with the next batch.
 *
 * @throws UserError for what a person can put right; the signal's reason when aborted
 */
export async function watch(
  tfFiles: string,
  inbox: string,
  destination: string,
  options: WatchOptions = {},
): Promise<WatchResult> {
  await checkFolders(inbox, destination)
  checkLinks(options)
  const { signal, onEvent } = options
  const models = new FreshModel(tfFiles, options.engine)
  const arrivals = new Arrivals(inbox, options.followLinks, options.once)
  const own = resolve(destination)
  const isOwn = (path: string) => isInsideByName(own, resolve(path))
  const doorbell = new Doorbell()
  const stop = options.once
    ? undefined
    : await watchChanges([inbox], () => doorbell.ring(), { polling: options.poll === true })
  const ring = () => doorbell.ring()
  signal?.addEventListener('abort', ring)
  let named = 0
  const failed: { original: string; reason: string }[] = []
  try {
    await models.get() // a folder without a model is said at once
    for (;;) {
      signal?.throwIfAborted()
      const settled = await arrivals.look(isOwn)
      for (const problem of settled.failed) {
        failed.push(problem)
        onEvent?.({ kind: 'failed', problem, done: named, total: named })
      }
      if (settled.ready.length > 0) named += await nameBatch(settled.ready)
      if (arrivals.waiting === 0) {
        if (options.once) return { named, failed }
        onEvent?.({ kind: 'waiting', named })
      }
      await doorbell.within(Math.min(settled.waitMs ?? RESCAN_MS, options.poll ? POLL_MS : RESCAN_MS))
    }
  } finally {
    signal?.removeEventListener('abort', ring)
    await stop?.()
    await models.dispose()
  }

  async function nameBatch(ready: readonly string[]): Promise<number> {
    const { model, isNew } = await models.get()
    if (isNew) onEvent?.({ kind: 'model', labels: model.labels })
    const wanted = new Set(ready)
    const { into, move, unsure, limits, followLinks } = options
    const result = await guessDir(model, inbox, destination, {
      ...(into && { into }),
      ...(move && { move }),
      ...(unsure !== undefined && { unsure }),
      ...(limits && { limits }),
      ...(followLinks && { followLinks }),
      only: original => wanted.has(original),
      onEvent: event => {
        if (event.kind !== 'scanned') onEvent?.(event)
      },
      signal,
    })
    arrivals.done(ready)
    return result.named
  }
}

/** The model as it is on the disk now. */
class FreshModel {
  readonly #tfFiles: string
  readonly #engine: EngineChoice | undefined
  #model: Model | undefined
  #mtimeMs = Number.NaN

  constructor(tfFiles: string, engine: EngineChoice | undefined) {
    this.#tfFiles = tfFiles
    this.#engine = engine
  }

  /** A model that can't be read now, after one that could, is one that is just being written: the earlier one does. */
  async get(): Promise<{ readonly model: Model; readonly isNew: boolean }> {
    const { mtimeMs } = await stat(layoutOf(await findRoot(this.#tfFiles)).manifest).catch(() => ({
      mtimeMs: Number.NaN,
    }))
    if (this.#model && (mtimeMs === this.#mtimeMs || Number.isNaN(mtimeMs))) return { model: this.#model, isNew: false }
    const before = this.#model
    try {
      this.#model = await loadModel(this.#tfFiles, { engine: this.#engine })
    } catch (error) {
      if (before === undefined || !(error instanceof UserError)) throw error
      return { model: before, isNew: false }
    }
    this.#mtimeMs = mtimeMs
    await before?.dispose()
    return { model: this.#model, isNew: before !== undefined }
  }

  async dispose(): Promise<void> {
    await this.#model?.dispose()
  }
}

/** Waits for a ring or a time, whichever comes first; a ring while nobody waits is heard at the next wait. */
class Doorbell {
  #rung = false
  #wake: (() => void) | undefined

  ring(): void {
    this.#rung = true
    this.#wake?.()
  }

  async within(ms: number): Promise<void> {
    if (!this.#rung) {
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, ms)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    this.#rung = false
    this.#wake = undefined
  }
}
