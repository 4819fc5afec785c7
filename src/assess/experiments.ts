import { type HeadsPlan, heldOut, joinPlans, splitLogits, type TrainHeads } from '../head/plan.ts'
import { calibrateCleared, planCleared, rankDoubtful } from './doubtful.ts'
import { type CurvePlan, planLearningCurve } from './learningCurve.ts'
import { type LeaveOutPlan, planLeaveOut } from './leaveOut.ts'
import type { Predictions } from './metrics.ts'
import type { Neighbours } from './neighbours.ts'

/** The experiments may give at most this many logits: 100 MB, and as much again while they are distributed. */
const MOST_LOGITS = 25_000_000
/** The same limit for the heads that judge labels a second time: beyond it they would take minutes. */
const MOST_CLEARED = 1_000_000

/** A plan with its heads' logits, [rows, heads, categories]. */
interface Trained<P extends HeadsPlan> {
  readonly plan: P
  readonly logits: Float32Array
}

/** Results of the heads trained on some of the rows; undefined for experiments that were left out. */
export interface Experiments {
  readonly curve?: Trained<CurvePlan>
  readonly leaveOut?: Trained<LeaveOutPlan>
  /** Second opinions on the labels, calibrated: [rows, categories]. */
  readonly cleared?: Float32Array
}

export interface ExperimentOptions {
  /** Neighbours of all rows, where they are known. */
  readonly neighbours: Neighbours | undefined
  /** Without it there are no experiments. */
  readonly trainHeads: TrainHeads | undefined
  /** Only the second opinions. */
  readonly brief: boolean | undefined
}

/**
 * Trains the heads of all experiments side by side; those that would take too much are left out.
 *
 * @param calibrated cross-validated predictions
 * @param folds of that cross-validation, [rows]
 */
export async function runExperiments(
  calibrated: Predictions,
  folds: ArrayLike<number>,
  { neighbours, trainHeads, brief }: ExperimentOptions,
): Promise<Experiments> {
  if (trainHeads === undefined) return {}
  const { labels, categories } = calibrated
  const fits = (most: number, ...plans: HeadsPlan[]) =>
    labels.length * categories * plans.reduce((sum, { heads }) => sum + heads, 0) <= most
  const wanted = brief
    ? undefined
    : { curve: planLearningCurve(labels, folds), leaveOut: planLeaveOut(labels, categories, folds) }
  const whole = wanted && fits(MOST_LOGITS, wanted.curve, wanted.leaveOut) ? wanted : undefined
  const doubted = planCleared(rankDoubtful(calibrated, { neighbours }), folds)
  const second = doubted && fits(MOST_CLEARED, doubted) ? doubted : undefined
  const plans: HeadsPlan[] = [...(whole ? [whole.curve, whole.leaveOut] : []), ...(second ? [second] : [])]
  if (plans.length === 0) return {}
  const logits = splitLogits(plans, await trainHeads(joinPlans(plans)), categories)
  return {
    ...(whole && {
      curve: { plan: whole.curve, logits: logits[0]! },
      leaveOut: { plan: whole.leaveOut, logits: logits[1]! },
    }),
    ...(second && {
      cleared: calibrateCleared(heldOut(logits.at(-1)!, second.heads, folds, categories), second, calibrated),
    }),
  }
}
