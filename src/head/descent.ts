import type { HeadProblem, HeadTrainer } from '../engine/engine.ts'
import { pause } from '../flow/pause.ts'
import { together } from '../flow/together.ts'
import type { Draw } from './draws.ts'
import { BIAS_SQUARE, type HeadSpace } from './space.ts'

/** Steps between two looks at the signal and the progress callback, at most; bounds the memory of the drawn rows. */
const CHUNK = 500
/** Steps of the first chunk, before it is known how long they take. */
const FIRST_CHUNK = 8
/** Products of the first chunk of a thread, which should not run out of steps as soon as it begins: a hundredth of a second of them. */
const FIRST_PRODUCTS = 1e8
/** What the chunks under way may take, in milliseconds: an engine may block the event loop, and a stop is to be heard within a second. */
const CHUNKS_MS = 400
/** Chunks that a thread is asked for at a time, or as many steps in shorter ones: while it does one, this thread may be at something else for as long as the others take. */
const AHEAD = 4
/**
 * Weight decay of a softmax whose rows have the mean square that `toSpace` gives them: it ends as regularised as the best
 * fit of inner folds is (bench/head).
 */
const DECAY = 0.05
/** Of a weight a step takes no more than this away by decay: at the highest rates it took several times as much, and weights grew without end. */
const MOST_DECAYED = 0.5

export interface DescentHooks {
  readonly onSteps?: (done: number, total: number) => void
  readonly signal?: AbortSignal | undefined
  /** The trainer works in a thread of its own, so that others train meanwhile. */
  readonly apart?: boolean | undefined
}

/** How the softmax of rows in a space descends, and that of bottlenecks as they come: as retrain.py's does. */
export function descentOf(
  space: HeadSpace | undefined,
  learningRate: number,
): Pick<HeadProblem, 'learningRate'> & Required<Pick<HeadProblem, 'decay' | 'biasSquare'>> {
  if (!space) return { learningRate, decay: 0, biasSquare: 1 }
  return { learningRate, decay: Math.min(DECAY, MOST_DECAYED / learningRate), biasSquare: BIAS_SQUARE }
}

interface Course {
  /** Rows a step. */
  readonly batch: number
  /** Products a step, where they are known. */
  readonly products?: number
  /** Numbers of steps after which `onStop` has a look, ascending; the last one ends the course. */
  readonly stops: readonly number[]
  /** Ends at the mean of the weights that the last part of the steps goes through: see `countsAfter`. */
  readonly isAveraged: boolean
  readonly onStop?: (done: number) => Promise<void>
}

/**
 * Steps on drawn rows, some steps a call. A thread is asked for the next before it is done with one, so that it need not wait
 * for this thread, which may be at something else.
 *
 * @throws the signal's reason when aborted
 */
export async function runSteps(
  trainer: Pick<HeadTrainer, 'steps'>,
  draw: Draw,
  { batch, stops, isAveraged, onStop, products = FIRST_PRODUCTS }: Course,
  hooks: DescentHooks,
): Promise<void> {
  const total = stops.at(-1) ?? 0
  const ahead = hooks.apart ? AHEAD : 1
  const first = hooks.apart ? Math.floor(FIRST_PRODUCTS / products) : FIRST_CHUNK
  const pace = new Pace(first, hooks.apart ? 64 : 8, CHUNKS_MS / Math.max(2, ahead))
  const call = async (chunk: number, reached: number) => {
    const start = performance.now()
    const isCounted = isAveraged && countsAfter(reached, total)
    const stepped = trainer.steps(draw(chunk * batch), isCounted).then(() => {
      pace.took(chunk, start)
      hooks.onSteps?.(reached, total)
    })
    if (!hooks.apart) await stepped
    await together(stepped, Promise.resolve(stops.includes(reached) ? onStop?.(reached) : undefined))
  }
  const underWay: { readonly done: Promise<void>; readonly chunk: number }[] = []
  let waiting = 0
  for (let step = 0; step < total; ) {
    hooks.signal?.throwIfAborted()
    const from = step
    const stop = Math.min(stops.find(each => each > from)!, isAveraged ? nextCount(from, total) : total)
    const chunk = Math.min(pace.most, stop - step)
    step += chunk
    const now = call(chunk, step)
    now.catch(() => undefined) // thrown to whoever waits for it
    underWay.push({ done: now, chunk })
    waiting += chunk
    // Those between two stops may be short: so many steps wait, not so many chunks.
    while (underWay.length > 0 && (!hooks.apart || waiting >= ahead * pace.most)) {
      const first = underWay.shift()!
      await first.done
      waiting -= first.chunk
    }
    await pause() // a runtime may block the event loop: let signals and timers through
  }
  await together(...underWay.map(({ done }) => done))
}

/*
 * The last draws of plain SGD decide on pictures that lie between categories. The mean of the weights that it goes through does not
 * depend on them: averaging (Polyak and Juditsky, "Acceleration of Stochastic Approximation by Averaging", 1992), of the last part
 * of the steps alone (suffix averaging: Rakhlin, Shamir and Sridharan, "Making Gradient Descent Optimal for Strongly Convex
 * Stochastic Optimization", 2012). Weights a step apart are all but the same, so some of them are enough.
 */

/** Share of the steps that count. */
const AVERAGED = 0.25
/** Steps from one that counts to the next. */
const BETWEEN = 40

/** Whether the weights after so many steps count for the mean. */
function countsAfter(step: number, total: number): boolean {
  return step === total || nextCount(step - 1, total) === step
}

/** The first step behind this one whose weights count. */
function nextCount(step: number, total: number): number {
  const begin = Math.round((1 - AVERAGED) * total)
  return Math.min(total, begin + BETWEEN * Math.max(1, Math.ceil((step + 1 - begin) / BETWEEN)))
}

/** How many steps a call has: as many as take the time that a call may take. */
class Pace {
  most: number
  readonly #growth: number
  readonly #milliseconds: number
  #ended = 0

  constructor(first: number, growth: number, milliseconds: number) {
    this.most = Math.max(FIRST_CHUNK, Math.min(CHUNK, first))
    this.#growth = growth
    this.#milliseconds = milliseconds
  }

  /** A call that was made at `start` and has just ended; one that was made before an earlier one had ended waited for it. */
  took(steps: number, start: number): void {
    const now = performance.now()
    const each = (now - Math.max(start, this.#ended)) / steps
    this.#ended = now
    this.most = Math.max(1, Math.min(CHUNK, this.#growth * steps, Math.floor(this.#milliseconds / each)))
  }
}
