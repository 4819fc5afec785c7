import { availableParallelism } from 'node:os'
import { together } from '../flow/together.ts'
import type { DescentHooks } from './descent.ts'
import { type HeadsPlan, headsOfPlan, loopsOf, placeLogits } from './plan.ts'

/**
 * Trains the heads of a plan in threads, where they are worth several.
 *
 * @param train some of them
 * @returns logits of every row under every head, [rows, heads, categories]
 */
export async function trainInLoops(
  plan: HeadsPlan,
  categories: number,
  hooks: DescentHooks,
  train: (some: HeadsPlan, hooks: DescentHooks) => Promise<Float32Array>,
  cores = hooks.apart ? availableParallelism() : 1,
): Promise<Float32Array> {
  const loops = loopsOf(plan, categories, cores)
  if (loops.length === 1) return train(plan, hooks)
  const all = new Float32Array(plan.rows * plan.heads * categories)
  const told = stepsOfAll(loops.length, hooks)
  const each = async (some: readonly number[], loop: number) => {
    placeLogits(await train(headsOfPlan(plan, some), told(loop)), some, plan, all)
  }
  await together(...loops.map(each))
  return all
}

/** Hooks for tasks that step at a time: the steps of all of them together are told of. */
export function stepsOfAll(tasks: number, hooks: DescentHooks): (task: number) => DescentHooks {
  const steps = new Array<number>(tasks).fill(0)
  return task => ({
    ...hooks,
    onSteps: (done, total) => {
      steps[task] = done
      hooks.onSteps?.(
        steps.reduce((sum, own) => sum + own, 0),
        tasks * total,
      )
    },
  })
}
