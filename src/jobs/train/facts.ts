import { certaintyTable } from '../../assess/certainty.ts'
import type { Evaluation, Share } from '../../assess/metrics.ts'
import type { Engine } from '../../engine/engine.ts'
import type { Metrics, ModelCounts } from '../../model/manifest.ts'
import { rememberedPictures } from '../../model/pictures.ts'
import type { ModelFacts } from '../../model/write.ts'
import { type Learned, type SplitRows, splitEvaluation } from './learned.ts'
import type { TrainingRun } from './run.ts'

/** What a model's manifest says of its training. */
export function factsOf(learnt: Learned, engine: Engine, { place, options }: TrainingRun): ModelFacts {
  const { validated } = learnt
  const pictures = rememberedPictures(place, options.pictures)
  const { head, fractions, augment } = options
  return {
    labels: learnt.categories,
    engine: engine.name,
    options: { ...head, ...fractions, ...(augment > 0 && { augment }) },
    ...(pictures && { pictures }),
    counts: countsOf(learnt),
    metrics: metricsOf(learnt, head.folds),
    temperature: learnt.temperature,
    ...(validated && { certainty: certaintyTable({ ...validated.data, logits: validated.logits }) }),
    familiarity: validated?.assessment.familiarity,
    skipped: learnt.skipped,
  }
}

/** How many pictures go where. */
export function countsOf({ splits, skipped, data, categories, stored }: SplitRows): ModelCounts {
  const perLabel = new Array<number>(categories.length).fill(0)
  const count = (wanted: string) => splits.filter(split => split === wanted).length
  for (const [row, label] of data.labels.entries()) if (!stored || splits[row] !== 'train') perLabel[label]!++
  for (const label of stored?.labels ?? []) perLabel[label]!++
  return {
    train: stored?.rows ?? count('train'),
    validation: count('validation'),
    test: count('test'),
    skipped: skipped.length,
    categories: Object.fromEntries(categories.map((label, index) => [label, perLabel[index]!])),
  }
}

function metricsOf(learnt: Learned, folds: number): Metrics {
  const test = splitEvaluation('test', learnt)
  const validation = splitEvaluation('validation', learnt)
  const { validated } = learnt
  return {
    ...(test && { test: shareOf(test) }),
    ...(validation && { validation: shareOf(validation) }),
    ...(validated && { crossValidation: { ...shareOf(validated.assessment.evaluation), folds } }),
  }
}

function shareOf({ pictures, right, accuracy, interval }: Evaluation): Share {
  return { pictures, right, accuracy, interval }
}
