import { scanDataset } from '../dataset/scan.ts'
import { findConflicts, folds, type Split } from '../dataset/split.ts'
import type { Engine } from '../engine/engine.ts'
import { type Assessment, assess } from '../head/assess.ts'
import { type Evaluation, evaluate } from '../head/metrics.ts'
import { type HeadOptions, resolveHeadOptions } from '../head/options.ts'
import { argMaxAt, softmaxRows } from '../head/softmax.ts'
import { cooled, foldTemperature } from '../head/temperature.ts'
import { crossValidate, trainHead, trainSideBySide } from '../head/train.ts'
import { layoutOf } from '../model/layout.ts'
import { withLock } from '../model/lock.ts'
import type { Metrics, ModelCounts, Share } from '../model/manifest.ts'
import { writeModel } from '../model/write.ts'
import { changedSince } from './changed.ts'
import { defined, type Prepared, prepare } from './prepare.ts'
import type { LabelConflict, Misclassified, TrainOptions, TrainResult } from './trainOptions.ts'

/**
 * Trains a classifier on `tfFiles/data/<category>/…` and writes it to `tfFiles`. The previous model stays until the new
 * one is whole.
 *
 * @throws UserError for what a person can put right; the signal's reason when aborted
 */
export async function train(tfFiles: string, options: TrainOptions = {}): Promise<TrainResult> {
  const { steps, batch, learningRate, seed, folds: parts } = options
  const headOptions = resolveHeadOptions(defined({ steps, batch, learningRate, seed, folds: parts }))
  const layout = layoutOf(tfFiles)
  const dataset = await scanDataset(layout.data)
  return withLock(layout.root, async () => learn(await prepare(layout, dataset, options), headOptions, options))
}

async function learn(prepared: Prepared, headOptions: HeadOptions, options: TrainOptions): Promise<TrainResult> {
  const { data, splits, layout, backbones, categories, fractions, skipped } = prepared
  const counts = countsOf(prepared)
  const engine = await prepared.engine()
  options.onEvent?.({ kind: 'split', train: counts.train, validation: counts.validation, test: counts.test })

  const trained = await trainHead(engine, data, splits, headOptions, {
    onReport: report => options.onEvent?.({ kind: 'report', ...report }),
    onSteps: (done, total) => options.onEvent?.({ kind: 'steps', done, total }),
    signal: options.signal,
  })
  const assessment = await assessed(prepared, engine, headOptions, options)
  const temperature = assessment?.temperature ?? 1
  const logits = cooled(trained.logits, temperature)
  const metrics: Metrics = {
    ...splitAccuracy('test', logits, prepared),
    ...splitAccuracy('validation', logits, prepared),
    ...(assessment && { crossValidation: { ...share(assessment.evaluation), folds: headOptions.folds } }),
  }
  const manifest = await writeModel(layout, backbones, foldTemperature(trained.head, temperature), {
    labels: categories,
    engine: engine.name,
    options: { ...headOptions, ...fractions },
    counts,
    metrics,
    temperature,
    familiarity: assessment?.familiarity,
    skipped,
  })
  return {
    manifest,
    misclassified: misclassifiedIn('test', logits, prepared),
    conflicts: conflictsOf(prepared),
    history: trained.history,
    cached: prepared.extraction.cached,
    changed: await changedSince(prepared.extraction.pictures),
    assessment,
  }
}

/** Everything that cross-validation tells; nothing without it. */
async function assessed(
  { data, examples, near }: Prepared,
  engine: Engine,
  head: HeadOptions,
  { onEvent, signal }: TrainOptions,
): Promise<Assessment | undefined> {
  if (head.folds === 0) return undefined
  const parts = folds(examples, head.folds)
  const logits = await crossValidate(engine, data, parts, head, {
    onSteps: (done, total) => onEvent?.({ kind: 'cross-validation', done, total }),
    signal,
  })
  return assess(data, { ...data, logits }, parts, {
    near,
    trainHeads: plan =>
      trainSideBySide(engine, data, plan, head, {
        onSteps: (done, total) => onEvent?.({ kind: 'assessment', done, total }),
        signal,
      }),
  })
}

function countsOf({ splits, skipped, data, categories }: Prepared): ModelCounts {
  const perLabel = new Array<number>(categories.length).fill(0)
  for (const label of data.labels) perLabel[label]!++
  const count = (wanted: string) => splits.filter(split => split === wanted).length
  return {
    train: count('train'),
    validation: count('validation'),
    test: count('test'),
    skipped: skipped.length,
    categories: Object.fromEntries(categories.map((label, index) => [label, perLabel[index]!])),
  }
}

/** Accuracy over the rows of one split; nothing without any. */
function splitAccuracy(split: Split, logits: Float32Array, { data, splits }: Prepared): Metrics {
  const rows = splits.flatMap((own, row) => (own === split ? [row] : []))
  if (rows.length === 0) return {}
  return { [split]: share(evaluate({ ...data, logits }, rows)) }
}

function share({ pictures, right, accuracy, interval }: Evaluation): Share {
  return { pictures, right, accuracy, interval }
}

function guessAt(logits: Float32Array, { categories }: { categories: number }, row: number): number {
  return argMaxAt(logits, row * categories, categories)
}

function misclassifiedIn(split: Split, logits: Float32Array, prepared: Prepared): Misclassified[] {
  const { data, splits, extraction, categories } = prepared
  const scores = softmaxRows(logits, data.categories)
  return splits.flatMap((own, row) => {
    const guess = guessAt(logits, data, row)
    if (own !== split || guess === data.labels[row]) return []
    const { relative, label } = extraction.pictures[row]!
    return [{ relative, label, guess: categories[guess]!, score: scores[row * data.categories + guess]! }]
  })
}

function conflictsOf({ examples, extraction, categories }: Prepared): LabelConflict[] {
  return findConflicts(examples).map(conflict => ({
    labels: conflict.labels.map(label => categories[Number(label)]!),
    pictures: conflict.examples.map(row => extraction.pictures[row]!.relative),
  }))
}
