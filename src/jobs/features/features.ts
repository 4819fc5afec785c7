import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import type { Backbone } from '../../backbone/backbone.ts'
import { findBackbones } from '../../backbone/find.ts'
import { loadEngine } from '../../engine/load.ts'
import { probe } from '../../engine/probe.ts'
import { UserError } from '../../errors.ts'
import { columnsOf } from '../../features/rows.ts'
import { someAtOnce } from '../../flow/someAtOnce.ts'
import { type DecodeLimits, decidingLimits, limitsWith } from '../../image/limits.ts'
import { layoutOf } from '../../model/layout.ts'
import { readModel } from '../../model/load.ts'
import { Runners } from '../../model/runners.ts'
import { openSource, openStore } from '../../storage/open.ts'
import type { Item, Source } from '../../storage/store.ts'
import { refuseInside } from '../guessAll/inside.ts'
import { type Batch, isInShard, picturesOf, planBatches, type Shard } from '../guessAll/plan.ts'
import { ResultsFolder } from '../guessAll/resultsFolder.ts'
import { resolveTrainOptions, type TrainOptions } from '../train/options.ts'
import { writeFeatures } from './featureBatch.ts'
import { FEATURES, type FeaturesHeading } from './form.ts'
import { categoryOf } from './indexRows.ts'

type NetworkOptions = Pick<
  TrainOptions,
  | 'backbone'
  | 'preset'
  | 'layers'
  | 'inputSize'
  | 'resize'
  | 'mean'
  | 'scale'
  | 'input'
  | 'bottleneck'
  | 'engine'
  | 'limits'
>

export interface FeaturesOptions extends NetworkOptions {
  /** A working folder: where it has a model and no network is named, the networks of that are used. */
  readonly tfFiles?: string | undefined
  readonly shard?: Shard | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
  readonly signal?: AbortSignal
}

export interface FeaturesResult {
  /** Pictures whose bottlenecks this run computed. */
  readonly computed: number
  readonly before: number
  /** Can't be used; the index says why. */
  readonly failed: number
  /** Files that lie in no category's folder, or are no pictures by their names. */
  readonly skipped: number
}

const AT_ONCE = 2

/**
 * Computes the bottlenecks of labelled pictures, `<category>/…`, wherever they lie, and writes them in parts that
 * `train({ features })` reads: each created once, so that any number of processes share the work and a stopped run is gone on
 * with.
 *
 * @throws UserError for what a person can put right; the signal's reason when aborted
 */
export async function computeFeatures(
  source: string,
  features: string,
  options: FeaturesOptions = {},
): Promise<FeaturesResult> {
  const [from, to] = [await openSource(source), await openStore(features)]
  refuseInside(from, to, 'features')
  const limits = limitsWith(options.limits)
  const backbones = await backbonesOf(options)
  const layers = columnsOf(backbones).flatMap(column => column.layers.map(({ identity }) => identity))
  const identity = featuresIdentity(layers, limits)
  const { shard, signal } = options
  const counts = { computed: 0, before: 0, failed: 0, skipped: 0 }
  const batches = async function* (): AsyncGenerator<Batch> {
    for await (const batch of planBatches(labelledOf(from, signal), identity)) {
      if (!shard || isInShard(batch, shard)) yield batch
    }
  }
  counts.skipped = await countSkipped(from, signal)
  const heading: FeaturesHeading = { model: identity, labels: [], source: from.address, layers }
  const folder = await ResultsFolder.open(to, heading, FEATURES)
  const done = await folder.done(signal)
  let total = 0
  for await (const { id, items } of batches()) {
    if (done.has(id)) counts.before += items.length
    else total += items.length
  }
  const runners = new Runners(await loadEngine(options.engine ?? 'auto'), backbones)
  const left = async function* (): AsyncGenerator<Batch> {
    for await (const batch of batches()) if (!done.has(batch.id)) yield batch
  }
  try {
    await someAtOnce(left(), AT_ONCE, async batch => {
      const failed = await writeFeatures(batch, backbones, runners, folder, {
        source: from,
        limits,
        pictures: total,
        signal,
      })
      counts.failed += failed.length
      counts.computed += batch.items.length - failed.length
      options.onProgress?.(counts.computed + counts.failed, total)
    })
  } finally {
    await runners.dispose()
  }
  return counts
}

/** @throws UserError for several networks to choose among: that needs labels that are all here */
async function backbonesOf(options: FeaturesOptions): Promise<readonly Backbone[]> {
  const { tfFiles, backbone, preset, signal } = options
  if (
    tfFiles !== undefined &&
    backbone === undefined &&
    preset === undefined &&
    existsSync(layoutOf(tfFiles).manifest)
  ) {
    return (await readModel(tfFiles)).backbones
  }
  const { network } = resolveTrainOptions(options)
  if (network.backbone === 'auto') {
    const hint = 'Choose one on a sample: itc train SAMPLE --backbone auto.'
    throw new UserError('E_BAD_VALUE', 'itc features takes one network, not --backbone auto.', { hint })
  }
  return await findBackbones(network.backbone, { probe, ...network, signal })
}

function featuresIdentity(layers: readonly string[], limits: DecodeLimits): string {
  return createHash('sha256')
    .update(JSON.stringify([layers, decidingLimits(limits)]))
    .digest('hex')
}

async function* labelledOf(source: Source, signal: AbortSignal | undefined): AsyncGenerator<Item> {
  for await (const item of picturesOf(source, { signal })) if (categoryOf(item.key) !== undefined) yield item
}

/** @throws UserError `E_NO_CATEGORIES` where there is no picture in a folder */
async function countSkipped(source: Source, signal: AbortSignal | undefined): Promise<number> {
  let [skipped, found] = [0, 0]
  for await (const { key } of picturesOf(source, { signal, onSkipped: () => skipped++ })) {
    if (categoryOf(key) === undefined) skipped++
    else found++
  }
  if (found > 0) return skipped
  throw new UserError('E_NO_CATEGORIES', `There are no category folders with pictures in "${source.address}".`, {
    hint: 'Put the pictures into one folder a category.',
  })
}
