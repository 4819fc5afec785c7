import type { HeadProblem, HeadTrainer } from '../engine/engine.ts'
import { pause } from '../flow/pause.ts'
import { together } from '../flow/together.ts'
import { drawRows, type Random } from './sampler.ts'
import { BIAS_SQUARE, type HeadSpace } from './space.ts'

/** Steps between two looks at the signal and the progress callback, at most; bounds the memory of the drawn rows. */
const CHUNK = 500
/** Steps of the first chunk, before it is known how long they take. */
const FIRST_CHUNK = 8
/** What a chunk may take, in milliseconds: an engine may block the event loop, and a stop is to be heard within a second. */
const CHUNK_MS = 200
/**
 * Weight decay of a softmax whose rows have the mean square that `toSpace` gives them: it ends as regularised as the best
 * fit of inner folds is (bench/head).
 */
const DECAY = 0.05

export interface DescentHooks {
  readonly onSteps?: (done: number, total: number) => void
  readonly signal?: AbortSignal | undefined
  /** The trainer works in a thread of its own, so that others train meanwhile. */
  readonly apart?: boolean | undefined
}

/** How the softmax of rows in a space descends, and that of bottlenecks as they come: as retrain.py's does. */
export function descentOf(space: HeadSpace | undefined): Required<Pick<HeadProblem, 'decay' | 'biasSquare'>> {
  return space ? { decay: DECAY, biasSquare: BIAS_SQUARE } : { decay: 0, biasSquare: 1 }
}

interface Course {
  /** Rows a step. */
  readonly batch: number
  /** Numbers of steps after which `onStop` has a look, ascending; the last one ends the course. */
  readonly stops: readonly number[]
  readonly onStop?: (done: number) => Promise<void>
}

/**
 * Steps on drawn rows, some steps a call. A thread is asked for the next before it is done with one, so that it need not wait
 * for this thread, which may be at something else.
 *
 * @param pools rows by category
 * @throws the signal's reason when aborted
 */
export async function runSteps(
  trainer: Pick<HeadTrainer, 'steps'>,
  pools: readonly Int32Array[],
  { batch, stops, onStop }: Course,
  random: Random,
  hooks: DescentHooks,
): Promise<void> {
  const total = stops.at(-1) ?? 0
  const pace = new Pace(hooks.apart ? 64 : 8)
  const call = async (chunk: number, reached: number) => {
    const start = performance.now()
    const stepped = trainer.steps(drawRows(pools, chunk * batch, random)).then(() => {
      pace.took(chunk, start)
      hooks.onSteps?.(reached, total)
    })
    if (!hooks.apart) await stepped
    await together(stepped, Promise.resolve(stops.includes(reached) ? onStop?.(reached) : undefined))
  }
  let before: Promise<void> | undefined
  for (let step = 0; step < total; ) {
    hooks.signal?.throwIfAborted()
    const from = step
    const stop = stops.find(each => each > from)!
    const chunk = Math.min(pace.most, stop - step)
    step += chunk
    const now = call(chunk, step)
    now.catch(() => undefined) // thrown to whoever waits for it
    await (hooks.apart ? before : now)
    before = now
    await pause() // a runtime may block the event loop: let signals and timers through
  }
  await before
}

/** How many steps a call has: as many as take the time that a call may take. */
class Pace {
  most = FIRST_CHUNK
  readonly #growth: number
  #ended = 0

  constructor(growth: number) {
    this.#growth = growth
  }

  /** A call that was made at `start` and has just ended; one that was made before an earlier one had ended waited for it. */
  took(steps: number, start: number): void {
    const now = performance.now()
    const each = (now - Math.max(start, this.#ended)) / steps
    this.#ended = now
    this.most = Math.max(1, Math.min(CHUNK, this.#growth * steps, Math.floor(CHUNK_MS / each)))
  }
}
