import { findNear, type Near } from '../../assess/assess.ts'
import type { Backbone } from '../../backbone/backbone.ts'
import { DEFAULT_BACKBONE } from '../../backbone/catalog.ts'
import { findBackbones } from '../../backbone/find.ts'
import { labelNumbers } from '../../dataset/labels.ts'
import type { Dataset, Skipped } from '../../dataset/scan.ts'
import { DEFAULT_FRACTIONS, type Fractions, type Split, type SplitExample, splitExamples } from '../../dataset/split.ts'
import type { Engine } from '../../engine/engine.ts'
import { loadEngine } from '../../engine/load.ts'
import { UserError } from '../../errors.ts'
import { type Extraction, extractFeatures } from '../../features/extract.ts'
import { PartCache } from '../../features/partCache.ts'
import { once } from '../../flow/once.ts'
import type { LabelledMatrix } from '../../head/train.ts'
import { limitsWith } from '../../image/limits.ts'
import type { Layout } from '../../model/layout.ts'
import { augmented } from './augment.ts'
import { groupedExamples } from './groups.ts'
import type { TrainOptions } from './options.ts'

/** A working folder's pictures as a labelled feature matrix, split: all that training and evaluation start from. */
export interface Prepared {
  readonly layout: Layout
  readonly categories: readonly string[]
  readonly backbones: readonly Backbone[]
  /** Loads the engine on first use. */
  readonly engine: () => Promise<Engine>
  readonly extraction: Extraction
  readonly data: LabelledMatrix
  readonly near: Near
  /** A row each, for splitting and folding. */
  readonly examples: readonly SplitExample[]
  readonly fractions: Fractions
  readonly splits: readonly Split[]
  /** Of the scan and of the decoder. */
  readonly skipped: readonly Skipped[]
}

/** Decodes, runs and splits a scanned dataset. @throws UserError for what a person can put right; the signal's reason when aborted */
export async function prepare(layout: Layout, dataset: Dataset, options: TrainOptions): Promise<Prepared> {
  const { categories } = dataset
  options.onEvent?.({ kind: 'scanned', pictures: dataset.pictures.length, categories })
  const backbones = await findBackbones(options.backbone ?? DEFAULT_BACKBONE, {
    ...options,
    onDownload: ({ received, total }) => options.onEvent?.({ kind: 'download', received, total }),
  })
  const engine = once(() => loadEngine(options.engine ?? 'auto'))
  const extracted = await extract(layout, dataset, backbones, engine, options)
  checkUsable(dataset, extracted, options)
  const { extraction, variants } = await augmented(layout, extracted, backbones, engine, options)

  const labels = labelNumbers(extraction.pictures, categories)
  const near = await findNear(extraction.matrix, labels, options.signal)
  const examples = groupedExamples(extraction, labels, near)
  const fractions = { ...DEFAULT_FRACTIONS, ...defined({ validation: options.validation, test: options.test }) }
  return {
    layout,
    categories,
    backbones,
    engine,
    extraction,
    data: { ...extraction.matrix, variants, labels, categories: categories.length },
    near,
    examples,
    fractions,
    splits: splitExamples(examples, fractions, label => categories[Number(label)]!),
    skipped: [...dataset.skipped, ...extraction.skipped],
  }
}

async function extract(
  layout: Layout,
  dataset: Dataset,
  backbones: readonly Backbone[],
  engine: () => Promise<Engine>,
  options: TrainOptions,
): Promise<Extraction> {
  const store = await PartCache.open(layout.bottlenecks)
  try {
    return await extractFeatures(dataset.pictures, backbones, {
      engine,
      store,
      limits: limitsWith(options.limits),
      onProgress: progress => options.onEvent?.({ kind: 'bottlenecks', ...progress }),
      signal: options.signal,
    })
  } finally {
    await store.close()
  }
}

function checkUsable(dataset: Dataset, extraction: Extraction, options: TrainOptions): void {
  const first = extraction.skipped[0] ?? dataset.skipped[0]
  if (options.strict && first) {
    const count = extraction.skipped.length + dataset.skipped.length
    throw new UserError(
      'E_SKIPPED',
      `${count} of the files can't be used, the first is ${first.relative}: ${first.reason}.`,
      { hint: 'Mend or remove them, or train without --strict.' },
    )
  }
  const usable = new Set(extraction.pictures.map(picture => picture.label))
  const empty = dataset.categories.find(category => !usable.has(category))
  if (empty === undefined) return
  const example = extraction.skipped.find(({ relative }) => relative.startsWith(`${empty}/`))
  const why = example ? ` (${example.relative}: ${example.reason})` : ''
  throw new UserError('E_EMPTY_CATEGORY', `No picture of category "${empty}" can be used${why}.`, {
    hint: 'Put pictures into it that open in an image viewer, or remove the folder.',
  })
}

/** The entries that have a value: `undefined` must not hide a default. */
export function defined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}
