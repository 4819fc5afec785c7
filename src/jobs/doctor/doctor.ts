import { findNear, type Near } from '../../assess/assess.ts'
import { caveatsOf } from '../../assess/caveats.ts'
import { nearDuplicates, outliers } from '../../assess/duplicates.ts'
import { type Backbone, blocksOf } from '../../backbone/backbone.ts'
import { catalogEntry, DEFAULT_BACKBONE } from '../../backbone/catalog.ts'
import { findBackbones } from '../../backbone/find.ts'
import { CheckedLabels } from '../../dataset/checked.ts'
import { splitAsGiven } from '../../dataset/givenSplits.ts'
import { labelNumbers } from '../../dataset/labels.ts'
import { type Dataset, scanCategories } from '../../dataset/scan.ts'
import { DEFAULT_FRACTIONS, type Fractions, type Split, type SplitExample } from '../../dataset/split.ts'
import type { Engine } from '../../engine/engine.ts'
import { loadEngine } from '../../engine/load.ts'
import { probe } from '../../engine/probe.ts'
import { UserError } from '../../errors.ts'
import { type Extraction, extractFeatures } from '../../features/extract.ts'
import { lastFeatures } from '../../features/lastFeatures.ts'
import { PartCache } from '../../features/partCache.ts'
import { once } from '../../flow/once.ts'
import { inSpace } from '../../head/halves.ts'
import { type HeadOptions, resolveHeadOptions } from '../../head/options.ts'
import { limitsWith } from '../../image/limits.ts'
import { layoutOf } from '../../model/layout.ts'
import { readModel } from '../../model/load.ts'
import type { Manifest } from '../../model/manifest.ts'
import { findPictures } from '../../model/pictures.ts'
import type { StoredModel } from '../../model/stored.ts'
import { crossValidated } from '../train/crossValidated.ts'
import { groupedExamples } from '../train/groups.ts'
import * as find from './findings.ts'
import type { Examination, ExamineEvent, ExamineOptions } from './options.ts'
import { inspectAll } from './quality.ts'
import { blank, unreadable } from './spoilt.ts'
import { checkFindingsPlaces, writeFindings } from './writeFindings.ts'

/**
 * Looks through the pictures of a working folder for what is doubtful. Needs no model; where there is one, the pictures
 * are looked at with its networks and its settings, so that the doubtful labels are those that its training counted.
 *
 * @throws UserError for a folder that isn't there, or a place where nothing can be written; the signal's reason when aborted
 */
export async function examine(tfFiles: string, options: ExamineOptions = {}): Promise<Examination> {
  await checkFindingsPlaces(options)
  const model = await readModel(tfFiles).catch(() => undefined)
  const place = await findPictures(tfFiles, options, model?.manifest.pictures)
  const layout = layoutOf(place.root)
  const dataset = await scanCategories(place.folders, place)
  const backbones = await backbonesOf(model, options)
  const engine = once(() => loadEngine(options.engine ?? 'auto'))
  const limits = limitsWith(options.limits)
  const progress = (kind: ExamineEvent['kind']) => (done: number, total: number) =>
    options.onEvent?.({ kind, done, total })

  const store = await PartCache.open(layout.bottlenecks)
  try {
    await store.verify(options.signal)
    const extraction = await extractFeatures(dataset.pictures, backbones, {
      engine,
      store,
      limits,
      onProgress: ({ done, total, cached }) => cached < total && progress('bottlenecks')(done, total),
      signal: options.signal,
    })
    const hooks = { limits, onProgress: progress('quality'), signal: options.signal }
    const qualities = await inspectAll(extraction, store, hooks)
    const spoilt = [...unreadable(extraction), ...blank(qualities)]
    const checked = options.all ? undefined : await CheckedLabels.read(place.root)
    const settings = { head: headOptionsOf(model, options), fractions: fractionsOf(model), checked }
    const compared = await compare(dataset, { extraction, backbones }, engine, settings, {
      onProgress: progress('cross-validation'),
      signal: options.signal,
    })
    const examination = {
      categories: dataset.categories,
      pictures: extraction.pictures.length,
      backbones: backbones.map(({ name }) => name),
      findings: find.inOrder([
        ...find.spoiltFindings(spoilt),
        ...find.categoryFindings(dataset, extraction),
        ...(spoilt.length > 0 ? compared.findings.filter(finding => !find.isAboutLabels(finding)) : compared.findings),
        ...find.copyFindings(extraction),
        ...find.qualityFindings(qualities, extraction),
        ...find.skippedFindings([...dataset.skipped, ...extraction.skipped], dataset.folder),
      ]),
      notes: store.notes(),
      compared: compared.rows,
      report: options.report,
      csv: options.csv,
    }
    await writeFindings(tfFiles, examination, options, dataset.folder, limits)
    return examination
  } finally {
    await store.close()
  }
}

/** The model's own networks, unless others are asked for, or another use of them: their bottlenecks are in the cache. */
async function backbonesOf(model: StoredModel | undefined, options: ExamineOptions): Promise<readonly Backbone[]> {
  const { backbone, inputSize, resize, onEvent, signal } = options
  if (model && backbone === undefined && inputSize === undefined && resize === undefined) return model.backbones
  return findBackbones(backbone ?? namesOf(model), {
    inputSize,
    resize,
    probe,
    layers: 'many',
    onDownload: ({ received, total }) => onEvent?.({ kind: 'download', done: received, total: total ?? received }),
    signal,
  })
}

/** The model's networks, where they can be had by their names. */
function namesOf(model: StoredModel | undefined): string {
  const names = model?.backbones.map(({ name }) => name) ?? []
  return names.length > 0 && names.every(catalogEntry) ? names.join('+') : DEFAULT_BACKBONE
}

/** As given, else as the model was trained; cross-validated in any case, unless asked not to. */
function headOptionsOf(model: StoredModel | undefined, options: ExamineOptions): HeadOptions {
  const trained = trainingOf(model)
  return resolveHeadOptions({
    head: trained && (trained.head ?? 'softmax'), // models of before there was a choice
    steps: options.steps ?? trained?.steps,
    batch: options.batch ?? trained?.batch,
    learningRate: options.learningRate ?? trained?.learningRate,
    seed: options.seed ?? trained?.seed,
    folds: options.folds ?? (trained?.folds || undefined),
  })
}

/** How the model that is there split its pictures, so that its test pictures are those spoken of here. */
function fractionsOf(model: StoredModel | undefined): Fractions {
  const { validation, test } = trainingOf(model) ?? DEFAULT_FRACTIONS
  return { validation, test }
}

/** How a model was trained; undefined for one that retrain.py left, which tells nothing of it. */
function trainingOf(model: StoredModel | undefined): Manifest['options'] | undefined {
  return model && model.manifest.format > 0 ? model.manifest.options : undefined
}

interface CompareSettings {
  readonly head: HeadOptions
  readonly fractions: Fractions
  /** Labels that a person said are right: nothing is said against them. */
  readonly checked: CheckedLabels | undefined
}

interface CompareHooks {
  readonly onProgress: (done: number, total: number) => void
  readonly signal: AbortSignal | undefined
}

/** What comes out of looking at the pictures side by side. */
async function compare(
  dataset: Dataset,
  { extraction, backbones }: { readonly extraction: Extraction; readonly backbones: readonly Backbone[] },
  engine: () => Promise<Engine>,
  { head, fractions, checked }: CompareSettings,
  { onProgress, signal }: CompareHooks,
): Promise<{ findings: find.Finding[]; rows: number }> {
  if (extraction.pictures.length === 0) return { findings: [], rows: 0 }
  // Categories without a picture have no numbers here: nothing could be drawn from them.
  const used = new Set(extraction.pictures.map(({ label }) => label))
  const categories = dataset.categories.filter(category => used.has(category))
  const labels = labelNumbers(extraction.pictures, categories)
  const last = lastFeatures(extraction.matrix, backbones)
  const near = await findNear(last, labels, signal)
  const examples = groupedExamples(extraction, labels, near)
  const rows = { ...extraction.matrix, labels, categories: categories.length }
  const all = Array.from(labels, () => 'train' as const)
  const data = head.head === 'mixed' ? inSpace(rows, backbones.map(blocksOf), all, true) : rows
  const validated =
    categories.length < 2 || head.folds === 0
      ? undefined
      : await crossValidated({ data, examples, near }, await engine(), head, {
          onProgress: (_kind, done, total) => onProgress(done, total),
          signal,
          brief: true,
        })
  const isOpen = ({ row }: { readonly row: number }) =>
    checked?.has(extraction.hashes[row]!, extraction.pictures[row]!.label) !== true
  const far = outliers(near.neighbours, near.labels).map(found => ({ ...found, row: near.sample[found.row]! }))
  return {
    rows: near.sample.length,
    findings: [
      ...(validated ? find.mixedUpFindings(caveatsOf(validated.assessment.evaluation).mixedUp, categories) : []),
      ...find.labelFindings((validated?.assessment.doubts ?? []).filter(isOpen), categories, extraction),
      ...find.nearFindings(pairsOf(near), extraction, splitsOf(examples, extraction.pictures, fractions)),
      ...find.outlierFindings(far.filter(isOpen), extraction),
    ],
  }
}

function pairsOf({ neighbours, sample }: Near) {
  return nearDuplicates(neighbours).map(pair => ({
    ...pair,
    first: sample[pair.first]!,
    second: sample[pair.second]!,
  }))
}

/** Which pictures `train` would train and test on; undefined when there are too few to split. */
function splitsOf(
  examples: readonly SplitExample[],
  pictures: Extraction['pictures'],
  fractions: Fractions,
): readonly Split[] | undefined {
  try {
    return splitAsGiven(
      examples,
      pictures.map(({ split }) => split),
      fractions,
      String,
    )
  } catch (error) {
    if (error instanceof UserError) return undefined
    throw error
  }
}
