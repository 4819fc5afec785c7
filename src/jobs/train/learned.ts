import { type Evaluation, evaluate } from '../../assess/metrics.ts'
import { cooled, foldTemperature } from '../../assess/temperature.ts'
import { findConflicts, type Split, type SplitExample } from '../../dataset/split.ts'
import type { Head } from '../../head/head.ts'
import { argMaxAt, softmaxRows } from '../../head/softmax.ts'
import type { StoredRows } from '../../head/stored.ts'
import type { StepReport, TrainedHead } from '../../head/train.ts'
import type { Bottlenecks } from './bottlenecks.ts'
import type { CrossValidated } from './crossValidated.ts'
import type { LabelConflict, Misclassified } from './result.ts'

/** Labelled rows, and which of them train, validate and test. */
export interface SplitRows extends Bottlenecks {
  readonly categories: readonly string[]
  /** A row each, near copies in one group. */
  readonly examples: readonly SplitExample[]
  readonly splits: readonly Split[]
  /** Where more train than are at hand: those are drawn from them, and judge. */
  readonly stored?: Pick<StoredRows, 'rows' | 'labels'> | undefined
}

/** What a training has learnt, before anything is written. */
export interface Learned extends SplitRows {
  /** Calibrated. */
  readonly head: Head
  /** What the head's logits were divided by; 1 without cross-validation. */
  readonly temperature: number
  /** Of every row under the calibrated head, [rows, categories]. */
  readonly logits: Float32Array
  readonly history: readonly StepReport[]
  readonly validated: CrossValidated | undefined
}

/** Calibrates a head by what cross-validation told of it. */
export function learned(
  rows: SplitRows,
  { head, logits, history }: TrainedHead,
  validated: CrossValidated | undefined,
): Learned {
  const temperature = validated?.assessment.temperature ?? 1
  return {
    ...rows,
    head: foldTemperature(head, temperature),
    temperature,
    logits: cooled(logits, temperature),
    history,
    validated,
  }
}

/** Figures of the rows of one split; undefined without any. */
export function splitEvaluation(split: Split, { data, splits, logits }: Learned): Evaluation | undefined {
  const rows = rowsOf(split, splits)
  return rows.length === 0 ? undefined : evaluate({ ...data, logits }, rows)
}

/** The pictures of one split that the head names wrong. */
export function misclassifiedIn(split: Split, learnt: Learned): Misclassified[] {
  const { data, extraction, categories, logits } = learnt
  const scores = softmaxRows(logits, data.categories)
  return rowsOf(split, learnt.splits).flatMap(row => {
    const guess = argMaxAt(logits, row * data.categories, data.categories)
    if (guess === data.labels[row]) return []
    const { relative, label } = extraction.pictures[row]!
    return [{ relative, label, guess: categories[guess]!, score: scores[row * data.categories + guess]! }]
  })
}

/** The pictures whose bytes lie under several labels. */
export function conflictsOf({ examples, extraction, categories }: SplitRows): LabelConflict[] {
  return findConflicts(examples).map(conflict => ({
    labels: conflict.labels.map(label => categories[Number(label)]!),
    pictures: conflict.examples.map(row => extraction.pictures[row]!.relative),
  }))
}

function rowsOf(split: Split, splits: readonly Split[]): number[] {
  return splits.flatMap((each, row) => (each === split ? [row] : []))
}
