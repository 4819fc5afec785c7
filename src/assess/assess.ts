import type { FeatureMatrix } from '../features/matrix.ts'
import { pause } from '../flow/pause.ts'
import { together } from '../flow/together.ts'
import type { TrainHeads } from '../head/plan.ts'
import type { Bank } from './bank.ts'
import { type LabelDoubt, rankDoubtful } from './doubtful.ts'
import { type NearDuplicate, nearDuplicates, type Outlier, outliers } from './duplicates.ts'
import { type EarlyExperiments, runExperiments } from './experiments.ts'
import type { FamiliarityRule } from './familiarity.ts'
import { type LearningCurve, readLearningCurve } from './learningCurve.ts'
import { type LeaveOutPlan, learnFamiliarity, type Separation } from './leaveOut.ts'
import { BANK_ROWS, makeBank, sampleEvenly } from './makeBank.ts'
import { type Evaluation, evaluate, type Predictions } from './metrics.ts'
import { type Neighbours, nearestNeighbours, unitRows } from './neighbours.ts'
import { cooled, fitTemperature } from './temperature.ts'
import { DEFAULT_THRESHOLD, type ThresholdOptions } from './threshold.ts'

/**
 * Rows searched for neighbours; of larger sets a sample of this size, as the time grows with the square of the rows.
 */
const NEIGHBOUR_ROWS = 3000

/** The nearest neighbours of a data set's rows, or of a sample of them. */
export interface Near {
  /** Row indices, ascending: all of them when there are few. */
  readonly sample: Int32Array
  /** The sampled rows, scaled to length 1. */
  readonly unit: FeatureMatrix
  readonly labels: Int32Array
  /** Neighbours of the sampled rows; their indices count within the sample. */
  readonly neighbours: Neighbours
}

export interface AssessOptions {
  /**
   * Without it, labels are judged on less evidence, there is no learning curve, and only neighbours tell what is
   * unknown.
   */
  readonly trainHeads?: TrainHeads | undefined
  /** From `trainEarly`, where the caller has begun it already. */
  readonly early?: Promise<EarlyExperiments> | undefined
  /** Only what doubtful labels need: no learning curve, and only neighbours tell what is unknown. */
  readonly brief?: boolean | undefined
  /** Told each of these as soon as it is known. */
  readonly onKnown?: ((known: Partial<Pick<Assessment, 'evaluation' | 'curve'>>) => void) | undefined
  readonly threshold?: ThresholdOptions | undefined
}

/** All that cross-validated predictions and bottlenecks say about a data set and the head trained on it. */
export interface Assessment {
  /** The head's logits have to be divided by this. */
  readonly temperature: number
  /** Of the cross-validated predictions as trained, and calibrated. */
  readonly uncalibrated: Evaluation
  readonly evaluation: Evaluation
  /** Every row by calibrated scores, the most doubtful label first. */
  readonly doubts: readonly LabelDoubt[]
  readonly duplicates: readonly NearDuplicate[]
  readonly outliers: readonly Outlier[]
  /** Rows among which duplicates and outliers were looked for. */
  readonly neighbourRows: number
  readonly curve: LearningCurve | undefined
  readonly familiarity: { readonly rule: FamiliarityRule; readonly separation: Separation; readonly bank: Bank }
}

/**
 * Assesses a data set. Its features have had their part in `near`: all of them need not be in memory any more.
 *
 * @param near of the features
 * @param crossValidated raw logits of every row by a head that never saw it
 * @param folds of that cross-validation, [rows]
 */
export async function assess(
  near: Near,
  crossValidated: Predictions,
  folds: ArrayLike<number>,
  { trainHeads, early, brief, onKnown, threshold = DEFAULT_THRESHOLD }: AssessOptions = {},
): Promise<Assessment> {
  const { labels, categories } = crossValidated
  const temperature = fitTemperature(crossValidated)
  await pause()
  const calibrated = { labels, categories, logits: cooled(crossValidated.logits, temperature) }
  const evaluation = evaluate(calibrated)
  onKnown?.({ evaluation })
  await pause()

  const { sample } = near
  const neighbours = sample.length === labels.length ? near.neighbours : undefined
  const read = (curve: EarlyExperiments['curve']) =>
    curve && readLearningCurve(curve.plan, curve.logits, folds, crossValidated)
  early?.then(
    known => onKnown?.({ curve: read(known.curve) }),
    () => undefined, // thrown by the experiments, which wait for it too
  )
  const running = runExperiments(calibrated, folds, { neighbours, trainHeads, brief, early })
  const [{ curve, leaveOut, cleared }, seen] = await together(running, pause().then(seenPictures))
  const uncalibrated = evaluate(crossValidated)
  await pause()
  return {
    temperature,
    uncalibrated,
    evaluation,
    doubts: rankDoubtful(calibrated, { neighbours, cleared }),
    duplicates: nearDuplicates(near.neighbours).map(pair => ({
      ...pair,
      first: sample[pair.first]!,
      second: sample[pair.second]!,
    })),
    outliers: outliers(near.neighbours, near.labels).map(found => ({ ...found, row: sample[found.row]! })),
    neighbourRows: sample.length,
    curve: read(curve),
    familiarity: await assessFamiliarity(seen),
  }

  /** A sample, with its neighbours: all that does without the experiments, which train in threads meanwhile. */
  async function seenPictures() {
    const few = sampleEvenly(labels, BANK_ROWS)
    const { neighbours, unit } = few.length === sample.length ? near : await searchedAmong(near, few)
    return { few, neighbours, bank: makeBank(unit) }
  }

  async function assessFamiliarity({ few, neighbours, bank }: Awaited<ReturnType<typeof seenPictures>>) {
    await pause()
    const evidence = {
      predictions: {
        labels: labelsOf(labels, few),
        categories,
        logits: rowsOf(calibrated.logits, few, labels.length),
      },
      neighbours,
      folds: Array.from(few, row => folds[row]!),
      leaveOut: leaveOut && {
        plan: leaveOutOf(leaveOut.plan, few),
        logits: cooled(rowsOf(leaveOut.logits, few, labels.length), temperature),
      },
    }
    return { ...learnFamiliarity(evidence, threshold), bank }
  }
}

/** Finds the nearest neighbours of all rows, or of an even sample of them when they are many. */
export async function findNear(features: FeatureMatrix, labels: Int32Array, signal?: AbortSignal): Promise<Near> {
  const sample = sampleEvenly(labels, NEIGHBOUR_ROWS)
  return { sample, ...(await searched(features, labels, sample, signal)) }
}

/** @param few rows of the set that are all in the sample, as an even sample is in a larger one */
async function searchedAmong({ sample, unit, labels }: Near, few: Int32Array) {
  const places = new Map(Array.from(sample, (row, at) => [row, at]))
  const own = few.map(row => places.get(row)!)
  return neighboursOf({ ...unit, values: rowsOf(unit.values, own, unit.rows), rows: few.length }, labelsOf(labels, own))
}

async function searched(features: FeatureMatrix, labels: Int32Array, rows: Int32Array, signal?: AbortSignal) {
  const own = labelsOf(labels, rows)
  const values = rowsOf(features.values, rows, features.rows)
  return neighboursOf(unitRows({ values, rows: rows.length, width: features.width }), own, signal)
}

async function neighboursOf(unit: FeatureMatrix, labels: Int32Array, signal?: AbortSignal) {
  const neighbours: Neighbours = await nearestNeighbours(unit, labels, signal)
  return { unit, labels, neighbours }
}

function leaveOutOf(plan: LeaveOutPlan, rows: Int32Array): LeaveOutPlan {
  return { ...plan, rows: rows.length, active: rowsOf(plan.active, rows, plan.rows) }
}

function labelsOf(labels: Int32Array, rows: Int32Array): Int32Array {
  return rows.map(row => labels[row]!)
}

/** The chosen rows of a matrix with `total` rows; the matrix itself when all are chosen. */
function rowsOf(values: Float32Array, rows: Int32Array, total: number): Float32Array {
  if (rows.length === total) return values
  const width = values.length / total
  const kept = new Float32Array(rows.length * width)
  rows.forEach((row, to) => {
    kept.set(values.subarray(row * width, (row + 1) * width), to * width)
  })
  return kept
}
