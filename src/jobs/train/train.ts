import { findNear } from '../../assess/assess.ts'
import { learntToo, splitAsGiven } from '../../dataset/givenSplits.ts'
import { readHeldOut, withHeldOut } from '../../dataset/heldOut.ts'
import { groupRefusals, shortCategories } from '../../dataset/refusals.ts'
import { type Dataset, scanDataset } from '../../dataset/scan.ts'
import { makeFolder } from '../../disk/folder.ts'
import { knowsMost } from '../../features/extract.ts'
import { lastFeatures } from '../../features/lastFeatures.ts'
import { settled, together } from '../../flow/together.ts'
import { isStore } from '../../head/labelled.ts'
import { layoutOf } from '../../model/layout.ts'
import { withTrainLock } from '../../model/lock.ts'
import { findPictures } from '../../model/pictures.ts'
import { writeModel } from '../../model/write.ts'
import { AUTO, choose, withChoice } from '../choose/choose.ts'
import { NetworksAhead } from './ahead.ts'
import { copyNotes, foldedRows, isSplit, withoutTest } from './alreadySplit.ts'
import { beginPage, checkSummariesDir, writeBeside } from './beside.ts'
import { besideHeads } from './besideHeads.ts'
import { bottlenecksOf } from './bottlenecks.ts'
import { changedSince } from './changed.ts'
import { expectHeads, predictedPictures, prepareHeads } from './crossValidated.ts'
import { checkMemory } from './enoughMemory.ts'
import { countsOf, factsOf } from './facts.ts'
import { groupedExamples } from './groups.ts'
import { trainHeads } from './heads.ts'
import { conflictsOf, learned, misclassifiedIn, splitEvaluation } from './learned.ts'
import { checkAccuracy } from './minAccuracy.ts'
import { type ResolvedTrainOptions, resolveTrainOptions, type TrainOptions } from './options.ts'
import { withRefusals } from './refused.ts'
import type { TrainResult } from './result.ts'
import { rowsForHead } from './rowsForHead.ts'
import { loadingEngine, type TrainingRun, withRun } from './run.ts'
import { storedRows } from './storedRows.ts'
import { trainingReport } from './trainingReport.ts'

/**
 * Trains a classifier on `tfFiles/data/<category>/…` and writes it to `tfFiles`; where other folders are given, or category
 * folders themselves, it goes where `findPictures` says. The previous model stays until the new one is whole.
 *
 * @throws UserError for what a person can put right; the signal's reason when aborted
 */
export async function train(tfFiles: string, given: TrainOptions = {}): Promise<TrainResult> {
  const options = resolveTrainOptions(given)
  checkMemory('onnx') // the most modest; whichever is loaded is checked too
  if (options.features !== undefined) return trainOnFeatures(tfFiles, options.features, options)
  const place = await findPictures(tfFiles, options.pictures)
  const layout = layoutOf(place.root)
  await checkSummariesDir(options.summariesDir, place.folders)
  const ahead = new NetworksAhead(options, layout, loadingEngine(options.engine)) // while the folders are looked through
  try {
    const dataset = await scanDataset(place.folders, place)
    ahead.start(dataset.pictures.length)
    const found = { layout, place, engine: ahead.engine, ahead }
    return await withTrainLock(layout.root, () => withRun(found, options, undefined, run => trainOn(dataset, run)))
  } finally {
    await ahead.end()
  }
}

/** From bottlenecks that `itc features` computed: the pictures may lie anywhere, and are not opened. */
async function trainOnFeatures(tfFiles: string, address: string, options: ResolvedTrainOptions): Promise<TrainResult> {
  const { FeaturesPlace } = await import('../features/readFeatures.ts') // most trainings need none of its libraries
  const features = await FeaturesPlace.open(address, options.signal)
  await makeFolder(tfFiles)
  const { dataset } = features
  const layout = layoutOf(tfFiles)
  const place = { root: tfFiles, folders: [dataset.folder], followLinks: false, isElsewhere: true }
  const found = { layout, place, engine: loadingEngine(options.engine) }
  return withTrainLock(layout.root, () => withRun(found, options, features, run => learn(dataset, run)))
}

/** From a scanned folder to a model and its report. */
async function trainOn(dataset: Dataset, run: TrainingRun): Promise<TrainResult> {
  if (run.options.network.backbone !== AUTO) return learn(dataset, run)
  const choice = await choose(withoutTest(dataset), run)
  run.options.onEvent({ kind: 'chosen', choice })
  return { ...(await learn(dataset, withChoice(run, choice))), choice }
}

async function learn(dataset: Dataset, run: TrainingRun): Promise<TrainResult> {
  const { layout, place, options } = run
  const { onEvent, signal } = options
  const { categories } = dataset
  onEvent({
    kind: 'scanned',
    pictures: run.features?.pictures ?? dataset.pictures.length,
    categories,
    split: isSplit(dataset),
    folders: place.folders,
    root: place.root,
  })

  const engine = await run.engine()
  const size = { rows: dataset.pictures.length, categories: categories.length }
  // Threads start while bottlenecks are read; what computes them wants all cores, and takes long.
  const isSoon = run.features !== undefined || knowsMost(run.cache, dataset.pictures)
  if (!isSoon) expectHeads(engine, size, options.head)
  const reading = bottlenecksOf(dataset, run)
  let isApart = isSoon && prepareHeads(engine, size, options.head)
  const bottlenecks = await reading
  const { data, extraction } = bottlenecks
  if (!isSoon && !isStore(data)) isApart = prepareHeads(engine, size, options.head)
  if (isApart && options.report) run.drawing.start() // what comes next leaves all cores but one to it
  // Near copies come before the split: it keeps each group whole, so that none is tested on a copy of what was learnt.
  const last = lastFeatures(extraction.matrix, bottlenecks.backbones)
  const near = await findNear(last, data.labels, signal)
  const examples = groupedExamples(extraction, data.labels, near)
  const held = await readHeldOut(layout.root)
  const given = extraction.pictures.map(({ split }) => split)
  const drawn = withRefusals(bottlenecks.skipped, dataset.folder, () =>
    splitAsGiven(examples, given, options.fractions, label => categories[Number(label)]!),
  )
  const splits = withHeldOut(drawn, examples, held)
  // Pictures that the user set apart for testing stay out of every other figure.
  const folded = await foldedRows(extraction, last, data.labels, near, signal)
  const forHead = options.head.head === 'mixed' ? await rowsForHead(bottlenecks, splits, signal) : data
  const stored = await storedRows(bottlenecks, splits, held, run, forHead.space)
  const rows = { ...bottlenecks, categories, examples, splits, stored }
  const { train: training, validation, test } = countsOf(rows)
  onEvent({ kind: 'split', train: training, validation, test })

  const heads = { data: forHead, examples, splits, folded, stored }
  const [[trained, validated], { spoilt, begun, merging }] = await together(
    trainHeads(heads, engine, options, run.drawing),
    besideHeads(run, bottlenecks),
  )
  if (validated) checkAccuracy(categories, validated.assessment.evaluation, options)

  const learnt = learned(rows, trained, validated)
  const facts = factsOf(learnt, engine, run)
  const found = {
    history: trained.history,
    refusals: groupRefusals(facts.skipped, dataset.folder),
    spoilt,
    short: shortCategories(facts.skipped, facts.counts.categories),
    assessment: validated?.assessment,
    predictions: validated
      ? predictedPictures(
          validated.data,
          validated.logits,
          folded.rows.map(row => extraction.pictures[row]!),
        )
      : [],
    test: splitEvaluation('test', learnt),
  }
  const page = beginPage(run, dataset.folder, trainingReport(run, engine, { facts, ...rows }, found))
  const [{ manifest, notes }, , changed] = await together(
    writeModel(layout, rows.backbones, learnt.head, facts, begun),
    settled(page),
    run.features ? Promise.resolve([]) : changedSince(extraction.pictures),
  )
  await (merging ?? run.cache.merge()) // under the lock of the training, as it asks for
  return {
    ...found,
    folder: layout.root,
    manifest,
    misclassified: misclassifiedIn('test', learnt),
    conflicts: conflictsOf(rows),
    cached: extraction.cached,
    changed,
    ...(await writeBeside(run, page, trained.history, [...notes, ...copyNotes(learntToo(examples, given))])),
  }
}
