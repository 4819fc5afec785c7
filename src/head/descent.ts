import type { HeadProblem, HeadTrainer } from '../engine/engine.ts'
import { pause } from '../flow/pause.ts'
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
}

/** How the softmax of rows in a space descends, and that of bottlenecks as they come: as retrain.py's does. */
export function descentOf(space: HeadSpace | undefined): Required<Pick<HeadProblem, 'decay' | 'biasSquare'>> {
  return space ? { decay: DECAY, biasSquare: BIAS_SQUARE } : { decay: 0, biasSquare: 1 }
}

/**
 * Steps on drawn rows, some steps a call.
 *
 * @param pools rows by category
 * @returns the steps that are done
 * @throws the signal's reason when aborted
 */
export async function runSteps(
  trainer: Pick<HeadTrainer, 'steps'>,
  pools: readonly Int32Array[],
  { done, until, batch, total }: { done: number; until: number; batch: number; total: number },
  random: Random,
  hooks: DescentHooks,
): Promise<number> {
  let step = done
  let most = FIRST_CHUNK
  while (step < until) {
    hooks.signal?.throwIfAborted()
    const chunk = Math.min(most, until - step)
    const start = performance.now()
    await trainer.steps(drawRows(pools, chunk * batch, random))
    const each = (performance.now() - start) / chunk
    most = Math.max(1, Math.min(CHUNK, 8 * chunk, Math.floor(CHUNK_MS / each)))
    step += chunk
    hooks.onSteps?.(step, total)
    await pause() // a runtime may block the event loop: let signals and timers through
  }
  return step
}
