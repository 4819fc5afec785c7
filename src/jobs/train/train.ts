import { rm } from 'node:fs/promises'
import { resolve, sep } from 'node:path'
import { certaintyTable } from '../../assess/certainty.ts'
import { type Evaluation, evaluate, type Share } from '../../assess/metrics.ts'
import { cooled, foldTemperature } from '../../assess/temperature.ts'
import { scanDataset } from '../../dataset/scan.ts'
import { findConflicts, type Split } from '../../dataset/split.ts'
import { messageOf, UserError } from '../../errors.ts'
import { type HeadOptions, resolveHeadOptions } from '../../head/options.ts'
import { argMaxAt, softmaxRows } from '../../head/softmax.ts'
import { type StepReport, trainHead } from '../../head/train.ts'
import { layoutOf } from '../../model/layout.ts'
import { withTrainLock } from '../../model/lock.ts'
import type { Metrics, ModelCounts } from '../../model/manifest.ts'
import { writeModel } from '../../model/write.ts'
import type { ReportData } from '../../report/reportData.ts'
import { writeSummaries } from '../../report/tensorboard.ts'
import { AUTO, choose, chosenOptions } from '../choose/choose.ts'
import { checkAugment } from './augment.ts'
import { changedSince } from './changed.ts'
import { crossValidated, predictedPictures } from './crossValidated.ts'
import { checkAccuracy, checkMinAccuracy } from './minAccuracy.ts'
import type { LabelConflict, Misclassified, TrainOptions, TrainResult } from './options.ts'
import { defined, type Prepared, prepare } from './prepare.ts'
import { trainingReport } from './trainingReport.ts'
import { writeReport } from './writeReport.ts'

/**
 * Trains a classifier on `tfFiles/data/<category>/…` and writes it to `tfFiles`. The previous model stays until the new
 * one is whole.
 *
 * @throws UserError for what a person can put right; the signal's reason when aborted
 */
export async function train(tfFiles: string, options: TrainOptions = {}): Promise<TrainResult> {
  const { steps, batch, learningRate, seed, folds: parts } = options
  const headOptions = resolveHeadOptions(defined({ steps, batch, learningRate, seed, folds: parts }))
  checkAugment(options.augment)
  checkMinAccuracy(options.minAccuracy, headOptions.folds)
  const layout = layoutOf(tfFiles)
  checkSummariesDir(options.summariesDir, layout.data)
  const dataset = await scanDataset(layout.data)
  return withTrainLock(layout.root, async () => {
    const choice = options.backbone === AUTO ? await choose(layout, dataset, headOptions, options) : undefined
    if (choice) options.onEvent?.({ kind: 'chosen', choice })
    const settled = choice ? { ...options, ...chosenOptions(choice) } : options
    return { ...(await learn(await prepare(layout, dataset, settled), headOptions, settled)), choice }
  })
}

/** TensorBoard's folders among the categories would be categories of the next training. */
function checkSummariesDir(folder: string | undefined, data: string): void {
  if (folder === undefined || !`${resolve(folder)}${sep}`.startsWith(`${resolve(data)}${sep}`)) return
  throw new UserError('E_INSIDE_DATA', `The folder for summaries, "${folder}", lies among the pictures.`, {
    hint: 'Choose one elsewhere: every folder there is a category.',
  })
}

async function learn(prepared: Prepared, headOptions: HeadOptions, options: TrainOptions): Promise<TrainResult> {
  const { data, splits, layout, backbones, categories, fractions, extraction, skipped } = prepared
  const { onEvent, signal, limits } = options
  const counts = countsOf(prepared)
  const engine = await prepared.engine()
  onEvent?.({ kind: 'split', train: counts.train, validation: counts.validation, test: counts.test })

  const trained = await trainHead(engine, data, splits, headOptions, {
    onReport: report => onEvent?.({ kind: 'report', ...report }),
    onSteps: (done, total) => onEvent?.({ kind: 'steps', done, total }),
    ...(signal && { signal }),
  })
  const validated =
    headOptions.folds === 0
      ? undefined
      : await crossValidated(prepared, engine, headOptions, {
          onProgress: (kind, done, total) => onEvent?.({ kind, done, total }),
          signal,
        })
  const assessment = validated?.assessment
  if (assessment) checkAccuracy(categories, assessment.evaluation, options)
  const temperature = assessment?.temperature ?? 1
  const logits = cooled(trained.logits, temperature)
  const test = splitEvaluation('test', logits, prepared)
  const validation = splitEvaluation('validation', logits, prepared)
  const metrics: Metrics = {
    ...(test && { test: share(test) }),
    ...(validation && { validation: share(validation) }),
    ...(assessment && { crossValidation: { ...share(assessment.evaluation), folds: headOptions.folds } }),
  }
  const manifest = await writeModel(layout, backbones, foldTemperature(trained.head, temperature), {
    labels: categories,
    engine: engine.name,
    options: { ...headOptions, ...fractions, ...(options.augment && { augment: options.augment }) },
    counts,
    metrics,
    temperature,
    ...(validated && { certainty: certaintyTable({ ...data, logits: validated.logits }) }),
    familiarity: assessment?.familiarity,
    skipped,
  })
  const result = {
    manifest,
    misclassified: misclassifiedIn('test', logits, prepared),
    conflicts: conflictsOf(prepared),
    history: trained.history,
    cached: extraction.cached,
    changed: await changedSince(extraction.pictures),
    assessment,
    predictions: validated ? predictedPictures(data, validated.logits, extraction.pictures) : [],
    test,
  }
  return { ...result, ...(await writeBeside(trainingReport(prepared, engine, options, result), trained.history)) }

  /** What goes with the model. It is written after it, and a failure is no failure of the training. */
  async function writeBeside(page: ReportData | undefined, history: readonly StepReport[]) {
    const warnings: string[] = []
    const attempt = (what: string, work: Promise<unknown>) =>
      work.catch(error => void warnings.push(`${what} can't be written: ${messageOf(error)}.`))
    const wanted = page !== undefined && options.report !== false
    if (wanted) await attempt('The report', writeReport(layout.report, page, layout.data, limits))
    const report = wanted && warnings.length === 0 ? layout.report : undefined
    // An earlier one would tell of another model.
    if (report === undefined) await rm(layout.report, { force: true }).catch(() => undefined)
    const { summariesDir } = options
    if (summariesDir !== undefined) {
      await attempt('The summaries for TensorBoard', writeSummaries(summariesDir, history, Date.now() / 1000))
    }
    return { report, warnings }
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

/** Figures of the rows of one split; undefined without any. */
function splitEvaluation(split: Split, logits: Float32Array, { data, splits }: Prepared): Evaluation | undefined {
  const rows = splits.flatMap((own, row) => (own === split ? [row] : []))
  return rows.length === 0 ? undefined : evaluate({ ...data, logits }, rows)
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
