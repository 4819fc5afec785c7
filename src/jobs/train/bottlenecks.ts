import type { Backbone, Layers } from '../../backbone/backbone.ts'
import { findBackbones } from '../../backbone/find.ts'
import { labelNumbers } from '../../dataset/labels.ts'
import { groupRefusals, refusalText } from '../../dataset/refusals.ts'
import type { Dataset, Skipped } from '../../dataset/scan.ts'
import { probe } from '../../engine/probe.ts'
import { UserError } from '../../errors.ts'
import { type Extraction, extractFeatures } from '../../features/extract.ts'
import { widthOf } from '../../features/rows.ts'
import { extractVariants } from '../../features/variants.ts'
import type { LabelledMatrix } from '../../head/train.ts'
import type { Variants } from '../../head/variants.ts'
import { printable } from '../../text.ts'
import type { ResolvedTrainOptions } from './options.ts'
import { conversionHint } from './refused.ts'
import type { TrainingRun } from './run.ts'

/** A scanned folder's pictures as labelled rows of bottlenecks. */
export interface Bottlenecks {
  readonly backbones: readonly Backbone[]
  /** The pictures that can be used, a row each. */
  readonly extraction: Extraction
  readonly data: LabelledMatrix
  /** By the scan and by the decoder. */
  readonly skipped: readonly Skipped[]
}

/** Numbers in all bottlenecks, above which inner layers are left out: 600 MB. */
const MOST_NUMBERS = 150_000_000
/** Of more pictures than fit so many are drawn: enough to judge by, and what judges them takes memory too. */
const MOST_DRAWN = 100_000

/**
 * The bottlenecks of all pictures and, where `augment` asks for them, of their variants: from the cache where it has them,
 * else decoded and run. Those that were computed elsewhere are read from there; of more than fit, some are drawn.
 *
 * @throws UserError for what a person can put right; the signal's reason when aborted
 */
export async function bottlenecksOf(dataset: Dataset, run: TrainingRun): Promise<Bottlenecks> {
  const { signal, limits, onEvent } = run.options
  const { features } = run
  const backbones = await backbonesFor(features ? 0 : dataset.pictures.length, run.options)
  for (const { name, recipe, features, found } of backbones) {
    if (found) onEvent({ kind: 'network', name, recipe, features, ...found })
  }
  const extracted = features
    ? await features.read(backbones, mostOf(features.pictures, widthOf(backbones)), signal)
    : await extractFeatures(dataset.pictures, backbones, {
        engine: run.engine,
        store: run.cache,
        limits,
        signal,
        onProgress: progress => onEvent({ kind: 'bottlenecks', ...progress }),
      })
  if (features) onEvent({ kind: 'drawn', pictures: extracted.pictures.length, of: features.pictures })
  checkUsable(dataset, extracted, run.options)
  const { extraction, variants } = await augmented(extracted, backbones, run)
  const { categories } = dataset
  const labels = labelNumbers(extraction.pictures, categories)
  return {
    backbones,
    extraction,
    data: { ...extraction.matrix, variants, labels, categories: categories.length },
    skipped: [...dataset.skipped, ...extraction.skipped],
  }
}

/** How many pictures' bottlenecks are held in memory. */
function mostOf(pictures: number, width: number): number {
  const fitting = Math.floor(MOST_NUMBERS / width)
  return pictures <= fitting ? pictures : Math.min(fitting, MOST_DRAWN)
}

/**
 * Inner layers are left out, unless asked for, where all bottlenecks together would not fit into common memory.
 *
 * @param pictures that are to be held
 */
async function backbonesFor(pictures: number, options: ResolvedTrainOptions): Promise<Backbone[]> {
  const { network, augment, signal, onEvent } = options
  const find = (layers: Layers) =>
    findBackbones(network.backbone, {
      probe,
      ...network,
      layers,
      signal,
      onDownload: ({ received, total }) => onEvent({ kind: 'download', received, total }),
    })
  const backbones = await find(network.layers)
  const numbers = pictures * (1 + augment) * widthOf(backbones)
  return network.layersAreUsual && numbers > MOST_NUMBERS ? find('last') : backbones
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
  { options, engine, cache }: TrainingRun,
): Promise<{ readonly extraction: Extraction; readonly variants: Variants | undefined }> {
  const { augment: count, limits, signal, onEvent } = options
  if (count === 0) return { extraction, variants: undefined }
  const values = await extractVariants(extraction, backbones, count, {
    engine,
    store: cache,
    limits,
    signal,
    onProgress: progress => onEvent({ kind: 'variants', ...progress }),
  })
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
