import { basename, resolve } from 'node:path'
import { evaluate, type Predictions } from '../../assess/metrics.ts'
import { groupRefusals, shortCategories } from '../../dataset/refusals.ts'
import { type Dataset, type Picture, type Skipped, scanCategories } from '../../dataset/scan.ts'
import type { Split } from '../../dataset/split.ts'
import { findCategoryFolders } from '../../dataset/workingFolder.ts'
import { UserError } from '../../errors.ts'
import { softmaxAt } from '../../head/softmax.ts'
import { limitsWith } from '../../image/limits.ts'
import type { Model } from '../../model/model.ts'
import { findPictures } from '../../model/pictures.ts'
import { checkReport } from '../../report/place.ts'
import type { ReportPicture } from '../../report/reportData.ts'
import { list, quoted } from '../../text.ts'
import { ahead } from '../guess/ahead.ts'
import { loadModel } from '../guess/loadModel.ts'
import { predictedPictures } from '../train/crossValidated.ts'
import { writeReport } from '../train/writeReport.ts'
import { countLearnt } from './learnt.ts'
import type { EvaluateOptions, EvaluateResult, Mistake } from './options.ts'

/**
 * Measures the model of a working folder on any folder of category folders, which are matched by their names. Folders
 * of other names take no part; categories without a folder do no harm.
 *
 * @throws UserError for what a person can put right; the signal's reason when aborted
 */
export async function evaluateModel(
  tfFiles: string,
  folder: string,
  options: EvaluateOptions = {},
): Promise<EvaluateResult> {
  if (options.report !== undefined) await checkReport(options.report)
  const model = await loadModel(tfFiles, { engine: options.engine })
  try {
    const { labels } = model
    const { followLinks } = options
    const dataset = await scanCategories(await categoriesIn(folder, labels, followLinks), { followLinks })
    const known = new Set(labels.map(comparable))
    const { part, pictures } = testPart(dataset.pictures.filter(({ label }) => known.has(comparable(label))))
    if (pictures.length === 0) throw nothingToEvaluate(folder, dataset, labels)
    options.onEvent?.({ kind: 'scanned', pictures: pictures.length, categories: labels })
    const named = await predictAll(model, pictures, options)
    const learnt = await countLearnt(
      named.pictures,
      await findPictures(tfFiles, {}, model.manifest.pictures).catch(() => undefined),
    )
    const result = { ...resultOf(dataset, labels, named), learnt, part }
    if (options.report === undefined) return result
    await writeReport(options.report, reportOf(tfFiles, folder, result, named), {
      folder: dataset.folder,
      limits: limitsWith(options.limits),
    })
    return { ...result, report: options.report }
  } finally {
    await model.dispose()
  }
}

/** As they are found for training, unless a category is called as the folder that they lie in. */
async function categoriesIn(folder: string, labels: readonly string[], followLinks = false): Promise<string> {
  return labels.includes('data') ? folder : await findCategoryFolders(folder, followLinks)
}

/** Of a set that is already split, the pictures to test on, or those to validate on where there are none. */
function testPart(pictures: readonly Picture[]): { part: Split | undefined; pictures: readonly Picture[] } {
  for (const part of ['test', 'validation'] as const) {
    const own = pictures.filter(({ split }) => split === part)
    if (own.length > 0) return { part, pictures: own }
  }
  return { part: undefined, pictures }
}

/** macOS and archives of it part letters from accents: names that look the same are the same. */
function comparable(label: string): string {
  return label.normalize('NFC')
}

/** Pictures that could be used, and what the model made of them; a row each. */
interface Named {
  readonly pictures: readonly Picture[]
  readonly predictions: Predictions
  readonly predicted: readonly ReportPicture[]
  /** Paths of those unlike anything learnt; undefined where the model can't tell. */
  readonly strangers: readonly string[] | undefined
  readonly skipped: readonly Skipped[]
}

async function predictAll(model: Model, all: readonly Picture[], options: EvaluateOptions): Promise<Named> {
  const numbers = new Map(model.labels.map((label, at) => [comparable(label), at]))
  const categories = model.labels.length
  const logits = new Float32Array(all.length * categories)
  const pictures: Picture[] = []
  const skipped: Skipped[] = []
  const strangers: string[] = []
  const sources = all.map(({ path }) => path)
  const { limits, signal, onEvent } = options
  const compute = (chunk: readonly string[]) => model.logits(chunk, { limits, signal, pictures: sources.length })
  for await (const computed of ahead(sources, compute)) {
    const picture = all[pictures.length + skipped.length]!
    if ('error' in computed) skipped.push({ relative: picture.relative, reason: computed.error.reason })
    else {
      logits.set(computed.logits, pictures.length * categories)
      if (computed.unfamiliar) strangers.push(picture.relative)
      pictures.push(picture)
    }
    onEvent?.({ kind: 'named', done: pictures.length + skipped.length, total: all.length })
  }
  const predictions = {
    logits: logits.subarray(0, pictures.length * categories),
    labels: Int32Array.from(pictures, ({ label }) => numbers.get(comparable(label))!),
    categories,
  }
  return {
    pictures,
    predictions,
    predicted: predictedPictures(predictions, predictions.logits, pictures),
    strangers: model.manifest.familiarity ? strangers : undefined,
    skipped,
  }
}

function resultOf(dataset: Dataset, labels: readonly string[], named: Named): Omit<EvaluateResult, 'learnt' | 'part'> {
  const evaluation = evaluate(named.predictions)
  const known = new Set(labels.map(comparable))
  const others = dataset.categories.filter(folder => !known.has(comparable(folder)))
  const { pictures } = evaluation
  const skipped = [
    ...dataset.skipped.filter(({ relative }) => !others.some(folder => isUnder(folder, relative))),
    ...named.skipped,
  ]
  const usable = labels.map((label, at): [string, number] => [label, evaluation.perCategory[at]!.pictures])
  return {
    labels,
    evaluation,
    mistakes: mistakesOf(named, labels),
    unknown: others.map(folder => ({
      folder,
      pictures: dataset.pictures.filter(({ label }) => label === folder).length,
    })),
    absent: labels.filter((_, at) => evaluation.perCategory[at]!.pictures === 0),
    unfamiliar:
      named.strangers === undefined || pictures === 0
        ? undefined
        : { pictures: named.strangers.length, share: named.strangers.length / pictures },
    skipped,
    refusals: groupRefusals(skipped, dataset.folder),
    short: shortCategories(named.skipped, Object.fromEntries(usable)),
    report: undefined,
  }
}

/** Whether a path leads through a category's folder, wherever the category folders lie. */
function isUnder(folder: string, relative: string): boolean {
  return `/${relative}`.includes(`/${folder}/`)
}

function mistakesOf({ predictions, predicted }: Named, labels: readonly string[]): Mistake[] {
  const { logits, categories } = predictions
  const scores = new Float32Array(logits.length)
  return predicted
    .flatMap(({ path, given, predicted, score }, row) => {
      if (given === predicted) return []
      softmaxAt(logits, row * categories, categories, scores)
      const labelScore = scores[row * categories + given]!
      return [{ relative: path, label: labels[given]!, guess: labels[predicted]!, score, labelScore }]
    })
    .sort((a, b) => b.score - a.score)
}

function reportOf(
  tfFiles: string,
  folder: string,
  { labels, evaluation, learnt, skipped, refusals, short }: EvaluateResult,
  named: Named,
) {
  return {
    title: `${basename(resolve(tfFiles))} on ${basename(resolve(folder))}`,
    categories: labels,
    pictures: named.predicted,
    evaluation,
    basis: { kind: 'folder' as const },
    learnt,
    strangers: named.strangers,
    refusals,
    short,
    skipped: skipped.map(({ relative, reason }) => ({ path: relative, reason })),
    recipe: { command: `itc evaluate ${quoted(tfFiles)} ${quoted(folder)}`, settings: [] },
  }
}

/** In words why a folder has nothing to measure on. */
function nothingToEvaluate(folder: string, dataset: Dataset, labels: readonly string[]): UserError {
  const found = dataset.categories.length === 0 ? 'has no folders in it' : 'has no pictures of them'
  return new UserError('E_NO_CATEGORIES', `The folder "${folder}" ${found}: the model knows ${list(labels, 5)}.`, {
    hint: "Put pictures into folders named exactly like the model's categories.",
  })
}
