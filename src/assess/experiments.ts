import { together } from '../flow/together.ts'
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

/** Results of heads trained on some of the rows, whatever the cross-validation says; empty for experiments that were left out. */
export interface EarlyExperiments {
  readonly curve?: Trained<CurvePlan>
  readonly leaveOut?: Trained<LeaveOutPlan>
}

/** Results of the heads trained on some of the rows; undefined for experiments that were left out. */
interface Experiments extends EarlyExperiments {
  /** Second opinions on the labels, calibrated: [rows, categories]. */
  readonly cleared?: Float32Array
}

/** Labels, and the folds of a cross-validation, [rows]. */
type FoldedLabels = Omit<Predictions, 'logits'> & { readonly folds: ArrayLike<number> }

export interface ExperimentOptions {
  /** Neighbours of all rows, where they are known. */
  readonly neighbours: Neighbours | undefined
  /** Without it there are no experiments. */
  readonly trainHeads: TrainHeads | undefined
  /** Only the second opinions. */
  readonly brief: boolean | undefined
  /** From `trainEarly`, where the caller has begun it already. */
  readonly early: Promise<EarlyExperiments> | undefined
}

/**
 * Trains the heads of the learning curve, and those that do without a category, side by side; they need labels and folds
 * alone, so the cross-validation may go on meanwhile. What would take too much is left out.
 */
export async function trainEarly(
  { labels, categories, folds }: FoldedLabels,
  trainHeads: TrainHeads,
): Promise<EarlyExperiments> {
  const curve = planLearningCurve(labels, folds)
  const leaveOut = planLeaveOut(labels, categories, folds)
  const plans = [curve, leaveOut]
  if (!fits(MOST_LOGITS, labels.length * categories, plans)) return {}
  const [ofCurve, ofLeaveOut] = splitLogits(plans, await trainHeads(joinPlans(plans)), categories)
  return { curve: { plan: curve, logits: ofCurve! }, leaveOut: { plan: leaveOut, logits: ofLeaveOut! } }
}

/**
 * Trains the heads of all experiments, those of one kind side by side; those that would take too much are left out.
 *
 * @param calibrated cross-validated predictions
 * @param folds of that cross-validation, [rows]
 */
export async function runExperiments(
  calibrated: Predictions,
  folds: ArrayLike<number>,
  { neighbours, trainHeads, brief, early }: ExperimentOptions,
): Promise<Experiments> {
  if (trainHeads === undefined) return {}
  const { labels, categories } = calibrated
  const before = early ?? (brief ? undefined : trainEarly({ labels, categories, folds }, trainHeads))
  if (early === undefined) await before // one after the other, where nothing was begun
  const [trained, cleared] = await together(
    Promise.resolve(before),
    trainCleared(calibrated, folds, neighbours, trainHeads),
  )
  return { ...trained, ...(cleared && { cleared }) }
}

async function trainCleared(
  calibrated: Predictions,
  folds: ArrayLike<number>,
  neighbours: Neighbours | undefined,
  trainHeads: TrainHeads,
): Promise<Float32Array | undefined> {
  const { labels, categories } = calibrated
  const plan = planCleared(rankDoubtful(calibrated, { neighbours }), folds)
  if (plan === undefined || !fits(MOST_CLEARED, labels.length * categories, [plan])) return undefined
  return calibrateCleared(heldOut(await trainHeads(plan), plan.heads, folds, categories), plan, calibrated)
}

function fits(most: number, logitsOfHead: number, plans: readonly HeadsPlan[]): boolean {
  return logitsOfHead * plans.reduce((sum, { heads }) => sum + heads, 0) <= most
}
