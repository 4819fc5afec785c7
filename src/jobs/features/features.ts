import { loadEngine } from '../../engine/load.ts'
import { UserError } from '../../errors.ts'
import { someAtOnce } from '../../flow/someAtOnce.ts'
import { type DecodeLimits, limitsWith } from '../../image/limits.ts'
import { Runners } from '../../model/runners.ts'
import { openSource, openStore } from '../../storage/open.ts'
import type { Item, Source } from '../../storage/store.ts'
import { FEATURES } from '../guessAll/folderForm.ts'
import type { FleetEvent, HandOut, HandOutOptions } from '../guessAll/handOut.ts'
import { refuseInside } from '../guessAll/inside.ts'
import { pictureOf } from '../guessAll/nameBatch.ts'
import { type Batch, picturesOf, type Shard } from '../guessAll/plan.ts'
import { ResultsFolder } from '../guessAll/resultsFolder.ts'
import { planWork, type WorkPlan } from '../guessAll/workPlan.ts'
import { type Computed, computeBottlenecks } from './compute.ts'
import { writeFeatures } from './featureBatch.ts'
import type { FeaturesHeading } from './form.ts'
import { categoryOf, decodeIndex } from './indexRows.ts'
import { type FeaturesNetwork, type NetworkOptions, networkOf } from './network.ts'

export interface FeaturesOptions extends NetworkOptions {
  readonly limits?: Partial<DecodeLimits> | undefined
  readonly shard?: Shard | undefined
  /** The work is given to the workers of a queue; nothing is computed here. */
  readonly queue?: HandOutOptions | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
  /** With a queue. */
  readonly onFleet?: ((event: FleetEvent) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

export interface FeaturesResult {
  /** Pictures whose bottlenecks this run computed, or its workers. */
  readonly computed: number
  readonly before: number
  /** Can't be used; the index says why. */
  readonly failed: number
  /** Files that lie in no category's folder, or are no pictures by their names. */
  readonly skipped: number
  /** Names of the networks whose bottlenecks they are. */
  readonly networks: readonly string[]
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
  const { shard, queue, signal } = options
  const limits = limitsWith(options.limits)
  const network = await networkOf(options, limits, signal)
  const skipped = await countSkipped(from, signal)
  const places = { model: network.identity, source: from.address, results: to.address }
  const handOut = queue && (await (await import('../guessAll/handOut.ts')).HandOut.open(queue, places))
  try {
    const heading: FeaturesHeading = {
      model: network.identity,
      labels: [],
      source: from.address,
      layers: network.layers,
    }
    const folder = await ResultsFolder.open(to, heading, FEATURES)
    const done = await folder.done(signal)
    const plan = await planWork(() => labelledOf(from, signal), network.identity, done, shard)
    const counts = { computed: 0, failed: 0 }
    const onRows = (rows: readonly { readonly error: string | undefined }[]) => {
      for (const { error } of rows) counts[error === undefined ? 'computed' : 'failed']++
      options.onProgress?.(counts.computed + counts.failed, plan.pictures)
    }
    if (handOut) await giveOut(handOut, plan, folder, options, onRows)
    else await computeAll(plan, network, { source: from, folder, limits }, options, onRows)
    const networks = network.backbones.map(({ name }) => name)
    return { ...counts, before: plan.before, skipped, networks }
  } finally {
    await handOut?.close()
  }
}

async function giveOut(
  handOut: HandOut,
  { left }: WorkPlan,
  folder: ResultsFolder,
  { signal, onFleet }: FeaturesOptions,
  onPart: (rows: readonly { readonly error: string | undefined }[]) => void,
): Promise<void> {
  const rowsOf = async (id: string) => {
    const index = await folder.find(id, signal)
    return index && (await decodeIndex(index))
  }
  await handOut.perform(left(), { signal, rowsOf, onPart, onFleet: event => onFleet?.(event) })
}

async function computeAll(
  { left, pictures }: WorkPlan,
  { backbones }: FeaturesNetwork,
  { source, folder, limits }: { source: Source; folder: ResultsFolder; limits: DecodeLimits },
  { engine = 'auto', signal }: FeaturesOptions,
  onRows: (rows: readonly Computed[]) => void,
): Promise<void> {
  const runners = new Runners(await loadEngine(engine), backbones)
  const compute = async (batch: Batch) => {
    const lazy = batch.items.map(item => pictureOf(item, source, limits, signal))
    const computed = await computeBottlenecks(lazy, backbones, runners, { limits, pictures, signal })
    await writeFeatures(batch, computed, backbones, folder, signal)
    onRows(computed)
  }
  try {
    await someAtOnce(left(), AT_ONCE, compute)
  } finally {
    await runners.dispose()
  }
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
    hint: 'Put the pictures into one folder a category; a list of addresses has none.',
  })
}
