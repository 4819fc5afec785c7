import { type Backbone, blocksOf } from '../../backbone/backbone.ts'
import { findBackbones } from '../../backbone/find.ts'
import { labelNumbers } from '../../dataset/labels.ts'
import { groupRefusals, refusalText } from '../../dataset/refusals.ts'
import type { Dataset, Skipped } from '../../dataset/scan.ts'
import { probe } from '../../engine/probe.ts'
import { UserError } from '../../errors.ts'
import { type Extraction, extractFeatures } from '../../features/extract.ts'
import { extractToFile, variantsToFile } from '../../features/extractToFile.ts'
import { lastWidth } from '../../features/lastFeatures.ts'
import type { ExtractOptions } from '../../features/options.ts'
import type { RowFile } from '../../features/rowFile.ts'
import { widthOf } from '../../features/rows.ts'
import { extractVariants } from '../../features/variants.ts'
import { normaliser } from '../../head/blocks.ts'
import { readingSome } from '../../head/stored.ts'
import type { LabelledRows } from '../../head/train.ts'
import { trainingLabels, type Variants } from '../../head/variants.ts'
import { printable } from '../../text.ts'
import type { FeaturesPlace } from '../features/readFeatures.ts'
import type { ResolvedTrainOptions } from './options.ts'
import { conversionHint } from './refused.ts'
import type { TrainingRun } from './run.ts'

/** A scanned folder's pictures as labelled rows of bottlenecks. */
export interface Bottlenecks {
  readonly backbones: readonly Backbone[]
  /** The pictures that can be used, a row each. */
  readonly extraction: Extraction
  readonly data: LabelledRows
  /** Where they are, if memory has no room for them: for a head that is half a discriminant they are normalised there. */
  readonly file?: RowFile
  /** By the scan and by the decoder. */
  readonly skipped: readonly Skipped[]
}

/** Numbers in all bottlenecks that are held in memory, at most: 600 MB. */
const MOST_NUMBERS = 150_000_000
/** Of more pictures than fit so many are drawn: enough to judge by, and what judges them takes memory too. */
const MOST_DRAWN = 100_000

/**
 * The bottlenecks of all pictures and, where `augment` asks for them, of their variants: from the cache where it has them,
 * else decoded and run. Of more than fit into memory, memory has the last features, and a file the whole. Those that were
 * computed elsewhere are read from there; of more than fit, some are drawn.
 *
 * @param most numbers that fit
 * @throws UserError for what a person can put right; the signal's reason when aborted
 */
export async function bottlenecksOf(dataset: Dataset, run: TrainingRun, most = MOST_NUMBERS): Promise<Bottlenecks> {
  const { network, signal, onEvent } = run.options
  const backbones = await (run.ahead?.backbones ??
    findBackbones(network.backbone, {
      probe,
      ...network,
      signal,
      onDownload: ({ received, total }) => onEvent({ kind: 'download', received, total }),
    }))
  for (const { name, recipe, features, found } of backbones) {
    if (found) onEvent({ kind: 'network', name, recipe, features, ...found })
  }
  const { extraction, ...rows } = await labelledRows(dataset, backbones, run, most)
  return { backbones, extraction, skipped: [...dataset.skipped, ...extraction.skipped], ...rows }
}

async function labelledRows(
  dataset: Dataset,
  backbones: readonly Backbone[],
  run: TrainingRun,
  most: number,
): Promise<Pick<Bottlenecks, 'extraction' | 'data' | 'file'>> {
  const { features, options } = run
  if (features) return ofFeatures(dataset, backbones, features, run, most)
  const numbers = dataset.pictures.length * (1 + options.augment) * widthOf(backbones)
  if (numbers > most && lastWidth(backbones) < widthOf(backbones)) return inFile(dataset, backbones, run)
  const extracted = await extractFeatures(dataset.pictures, backbones, extracting(run, 'bottlenecks'))
  checkUsable(dataset, extracted, options)
  const { extraction, variants } = await augmented(extracted, backbones, run)
  return { extraction, data: { ...extraction.matrix, variants, ...labelsOf(extraction, dataset) } }
}

/** Those that were computed elsewhere. */
async function ofFeatures(
  dataset: Dataset,
  backbones: readonly Backbone[],
  features: FeaturesPlace,
  { options }: TrainingRun,
  most: number,
): Promise<Pick<Bottlenecks, 'extraction' | 'data' | 'file'>> {
  const extraction = await features.read(backbones, mostOf(features.pictures, widthOf(backbones), most), options.signal)
  options.onEvent({ kind: 'drawn', pictures: extraction.pictures.length, of: features.pictures })
  checkUsable(dataset, extraction, options)
  return { extraction, data: { ...extraction.matrix, ...labelsOf(extraction, dataset) } }
}

/** More than memory has room for. */
async function inFile(
  dataset: Dataset,
  backbones: readonly Backbone[],
  run: TrainingRun,
): Promise<Pick<Bottlenecks, 'extraction' | 'data' | 'file'>> {
  const { augment, head } = run.options
  const width = widthOf(backbones)
  const file = await run.rowFile(width, head.head === 'mixed' ? normaliser(backbones.map(blocksOf)) : undefined)
  const found = await extractToFile(dataset.pictures, backbones, file, extracting(run, 'bottlenecks'))
  const { extraction } = found
  checkUsable(dataset, extraction, run.options)
  const places =
    augment === 0 ? found.places : await variantsToFile(found, backbones, augment, file, extracting(run, 'variants'))
  const own = labelsOf(extraction, dataset)
  const labels = trainingLabels({ labels: own.labels, variants: { count: augment } })
  const stored = { rows: places.length, labels, read: readingSome(file, places) }
  return { extraction, data: { rows: extraction.pictures.length, width, ...own, stored }, file }
}

function labelsOf({ pictures }: Extraction, { categories }: Dataset) {
  return { labels: labelNumbers(pictures, categories), categories: categories.length }
}

function extracting({ engine, cache, options }: TrainingRun, kind: 'bottlenecks' | 'variants'): ExtractOptions {
  const { limits, signal, onEvent } = options
  return { engine, store: cache, limits, signal, onProgress: progress => onEvent({ kind, ...progress }) }
}

/** How many pictures' bottlenecks are held in memory. */
function mostOf(pictures: number, width: number, most: number): number {
  const fitting = Math.floor(most / width)
  return pictures <= fitting ? pictures : Math.min(fitting, MOST_DRAWN)
}

/**
 * The variants that `augment` asks for, of every picture: those of a picture that is held out train none of the heads
 * that are measured on it, but cross-validation holds out each picture once only.
 *
 * @returns the extraction with its matrix moved to where the variants are
 */
async function augmented(
  extraction: Extraction,
  backbones: readonly Backbone[],
  run: TrainingRun,
): Promise<{ readonly extraction: Extraction; readonly variants: Variants | undefined }> {
  const { augment: count } = run.options
  if (count === 0) return { extraction, variants: undefined }
  const values = await extractVariants(extraction, backbones, count, extracting(run, 'variants'))
  const { rows, width } = extraction.matrix
  // The same rows once, not twice: the old ones may go.
  const matrix = { ...extraction.matrix, values: values.subarray(0, rows * width) }
  return { extraction: { ...extraction, matrix }, variants: { count, values } }
}

function checkUsable(dataset: Dataset, extraction: Extraction, { strict }: ResolvedTrainOptions): void {
  const first = extraction.skipped[0] ?? dataset.skipped[0]
  if (strict && first) {
    const count = extraction.skipped.length + dataset.skipped.length
    throw new UserError(
      'E_SKIPPED',
      `${count} of the files can't be used, the first is ${first.relative}: ${first.reason}.`,
      { hint: 'Mend or remove them, or train without --strict.' },
    )
  }
  const usable = new Set(extraction.pictures.map(({ label }) => label))
  const empty = dataset.categories.find(category => !usable.has(category))
  if (empty === undefined) return
  const own = new Set(dataset.pictures.filter(({ label }) => label === empty).map(({ relative }) => relative))
  const refused = extraction.skipped.filter(({ relative }) => own.has(relative))
  const [largest] = groupRefusals(refused, dataset.folder)
  const why = largest ? ` (${printable(refusalText(largest))})` : ''
  const elsewhere = 'Put others into it, or remove the folder.'
  throw new UserError('E_EMPTY_CATEGORY', `No picture of category "${empty}" can be used${why}.`, {
    hint: [conversionHint(extraction.skipped, dataset.folder), elsewhere].filter(Boolean).join(' '),
  })
}
