import { scanDataset } from '../dataset/scan.ts'
import { findConflicts, folds, type Split } from '../dataset/split.ts'
import { type Evaluation, evaluate } from '../head/metrics.ts'
import { type HeadOptions, resolveHeadOptions } from '../head/options.ts'
import { argMaxAt, softmaxRows } from '../head/softmax.ts'
import { crossValidate, trainHead } from '../head/train.ts'
import { layoutOf } from '../model/layout.ts'
import { withLock } from '../model/lock.ts'
import type { Metrics, ModelCounts, Share } from '../model/manifest.ts'
import { writeModel } from '../model/write.ts'
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
  const metrics: Metrics = {
    ...splitAccuracy('test', trained.logits, prepared),
    ...splitAccuracy('validation', trained.logits, prepared),
    ...(headOptions.folds > 0 && (await crossValidation(prepared, headOptions, options))),
  }
  const manifest = await writeModel(layout, backbones, trained.head, {
    labels: categories,
    engine: engine.name,
    options: { ...headOptions, ...fractions },
    counts,
    metrics,
    skipped,
  })
  return {
    manifest,
    misclassified: misclassifiedIn('test', trained.logits, prepared),
    conflicts: conflictsOf(prepared),
    history: trained.history,
    cached: prepared.extraction.cached,
  }
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

async function crossValidation(prepared: Prepared, head: HeadOptions, options: TrainOptions): Promise<Metrics> {
  const { data, examples } = prepared
  const logits = await crossValidate(await prepared.engine(), data, folds(examples, head.folds), head, {
    onSteps: (done, total) => options.onEvent?.({ kind: 'cross-validation', done, total }),
    signal: options.signal,
  })
  return { crossValidation: { ...share(evaluate({ ...data, logits })), folds: head.folds } }
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
