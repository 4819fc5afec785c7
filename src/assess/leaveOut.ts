import { countFolds, type HeadsPlan, planHeads } from '../head/plan.ts'
import { ENERGY_WEIGHTS, energyAt, type FamiliarityRule, familiarity, scaleOf } from './familiarity.ts'
import type { Predictions } from './metrics.ts'
import { meanCosine, type Neighbours } from './neighbours.ts'
import { auroc, mean } from './statistics.ts'
import {
  chooseThreshold,
  DEFAULT_THRESHOLD,
  type Threshold,
  type ThresholdOptions,
  type WeightedScore,
} from './threshold.ts'

/** Heads that each do without a category, and without a fold, on which known pictures are then scored. */
export interface LeaveOutPlan extends HeadsPlan {
  /** Category that each head never saw, [heads]. */
  readonly leftOut: Int32Array
  /** Fold that each head never saw, [heads]. */
  readonly testFold: Int32Array
}

/** How well unknown pictures are told, found by taking each category in turn for unknown. */
export interface Separation {
  /** Mean over the categories left out; null without evidence, like the next two. */
  readonly auroc: number | null
  /** The same with only the neighbours, and with only the energy. */
  readonly neighboursAuroc: number | null
  readonly energyAuroc: number | null
  readonly perCategory: readonly { readonly category: number; readonly pictures: number; readonly auroc: number }[]
  /** What the threshold does; undefined without evidence. */
  readonly threshold: Threshold | undefined
}

/** At most this many heads times categories are trained, as each costs as much as one more category. */
const MOST_COLUMNS = 120
/**
 * At most this many categories are left out in turn where only neighbours are used: each costs a score for every row.
 */
const MOST_TRIALS = 40
/** The threshold without evidence: less familiar than nearly every known picture of the sets it was tried on. */
const THRESHOLD_WITHOUT_EVIDENCE = -7

/** Scores of known and unknown pictures with one category left out. */
interface Trial {
  readonly category: number
  readonly known: Side
  readonly unknown: Side
}
interface Side {
  readonly cosine: Float64Array
  readonly energy: Float64Array
}

/**
 * Plans the heads. With two categories there are none, as the one left would make no classifier: neighbours have to do.
 * Many categories are sampled evenly.
 *
 * @param folds of the cross-validation, [rows]
 */
export function planLeaveOut(labels: Int32Array, categories: number, folds: ArrayLike<number>): LeaveOutPlan {
  const heads = categories < 3 ? 0 : Math.min(categories, Math.floor(MOST_COLUMNS / categories))
  const parts = countFolds(folds)
  const leftOut = Int32Array.from({ length: heads }, (_, head) => Math.floor((head * categories) / heads))
  const testFold = leftOut.map((_, head) => head % parts)
  const plan = planHeads(labels.length, heads, (row, head) => {
    return labels[row] !== leftOut[head] && folds[row] !== testFold[head]
  })
  return { ...plan, leftOut, testFold }
}

/** Training pictures as `learnFamiliarity` needs them. */
export interface FamiliarityEvidence {
  /** Calibrated logits, cross-validated. */
  readonly predictions: Predictions
  readonly neighbours: Neighbours
  readonly folds: ArrayLike<number>
  /** Trained heads of `planLeaveOut`, with logits [rows, heads, categories]; without it only neighbours count. */
  readonly leaveOut?: { readonly plan: LeaveOutPlan; readonly logits: Float32Array } | undefined
}

/**
 * Learns what is familiar: how much to trust the energy beside the neighbours, and the threshold, both by leaving
 * categories out. Which of the two tells unknowns better differs from set to set, and so does their best mixture.
 */
export function learnFamiliarity(
  evidence: FamiliarityEvidence,
  options: ThresholdOptions = DEFAULT_THRESHOLD,
): { readonly rule: FamiliarityRule; readonly separation: Separation } {
  const { labels, logits, categories } = evidence.predictions
  const { neighbours } = evidence
  const scales = {
    cosine: scaleOf(Array.from(labels, (_, row) => meanCosine(neighbours, row, labels))),
    energy: scaleOf(Array.from(labels, (_, row) => energyAt(logits, row * categories, categories))),
  }
  const trained = (evidence.leaveOut?.plan.heads ?? 0) > 0
  const trials = trained ? trialsWithHeads(evidence) : trialsByNeighbours(evidence)
  const weights = trained ? ENERGY_WEIGHTS : [0]
  const [best] = weights
    .map(weight => ({ weight, areas: trials.map(trial => areaOf(trial, weight)) }))
    .sort((a, b) => mean(b.areas) - mean(a.areas))
  const { energyWeight, areas } = { energyWeight: best!.weight, areas: best!.areas }
  const threshold = chooseThreshold(
    pooled(trials, 'known', energyWeight),
    pooled(trials, 'unknown', energyWeight),
    options,
  )
  const meanArea = (area: (trial: Trial) => number) => (trials.length === 0 ? null : mean(trials.map(area)))
  return {
    rule: { energyWeight, ...scales, threshold: threshold?.threshold ?? THRESHOLD_WITHOUT_EVIDENCE },
    separation: {
      auroc: meanArea(trial => areaOf(trial, energyWeight)),
      neighboursAuroc: meanArea(({ known, unknown }) => auroc(known.cosine, unknown.cosine)!),
      energyAuroc: trained ? meanArea(({ known, unknown }) => auroc(known.energy, unknown.energy)!) : null,
      perCategory: trials.map(({ category, unknown }, at) => {
        return { category, pictures: unknown.cosine.length, auroc: areas[at]! }
      }),
      threshold,
    },
  }
}

function trialsWithHeads({ predictions, neighbours, folds, leaveOut }: FamiliarityEvidence): Trial[] {
  const { labels, categories } = predictions
  const { plan, logits } = leaveOut!
  const side = (head: number, category: number, rows: number[]): Side => ({
    cosine: Float64Array.from(rows, row => meanCosine(neighbours, row, labels, category)),
    energy: Float64Array.from(rows, row =>
      energyAt(logits, (row * plan.heads + head) * categories, categories, category),
    ),
  })
  return Array.from(plan.leftOut, (category, head) => ({
    category,
    known: side(
      head,
      category,
      rowsWhere(labels, (label, row) => label !== category && folds[row] === plan.testFold[head]),
    ),
    unknown: side(
      head,
      category,
      rowsWhere(labels, label => label === category),
    ),
  })).filter(isTrial)
}

function trialsByNeighbours({ predictions, neighbours }: FamiliarityEvidence): Trial[] {
  const { labels, categories } = predictions
  const side = (category: number, rows: number[]): Side => ({
    cosine: Float64Array.from(rows, row => meanCosine(neighbours, row, labels, category)),
    energy: new Float64Array(rows.length),
  })
  const trials = Math.min(categories, MOST_TRIALS)
  const leftOut = Array.from({ length: trials }, (_, trial) => Math.floor((trial * categories) / trials))
  return leftOut
    .map(category => ({
      category,
      known: side(
        category,
        rowsWhere(labels, label => label !== category),
      ),
      unknown: side(
        category,
        rowsWhere(labels, label => label === category),
      ),
    }))
    .filter(isTrial)
}

function isTrial({ known, unknown }: Trial): boolean {
  return known.cosine.length > 0 && unknown.cosine.length > 0
}

/**
 * Scores of all trials' known, or unknown, pictures; each trial is scaled by its own known pictures, as fewer
 * categories shift the energy.
 */
function scores(trial: Trial, side: 'known' | 'unknown', energyWeight: number): Float64Array {
  const rule = { energyWeight, cosine: scaleOf(trial.known.cosine), energy: scaleOf(trial.known.energy) }
  const { cosine, energy } = trial[side]
  return cosine.map((value, at) => familiarity(rule, value, energy[at]!))
}

function areaOf(trial: Trial, energyWeight: number): number {
  return auroc(scores(trial, 'known', energyWeight), scores(trial, 'unknown', energyWeight))!
}

function pooled(trials: readonly Trial[], side: 'known' | 'unknown', energyWeight: number): WeightedScore[] {
  return trials.flatMap(trial => {
    const own = scores(trial, side, energyWeight)
    return Array.from(own, score => ({ score, weight: 1 / own.length }))
  })
}

function rowsWhere(labels: Int32Array, keep: (label: number, row: number) => boolean): number[] {
  const rows: number[] = []
  labels.forEach((label, row) => {
    if (keep(label, row)) rows.push(row)
  })
  return rows
}
