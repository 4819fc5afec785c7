import { beginModel, type ModelBeginning } from '../../model/write.ts'
import { type Spoilt, spoiltBySample } from '../doctor/spoilt.ts'
import type { Bottlenecks } from './bottlenecks.ts'
import type { TrainingRun } from './run.ts'

/** With more pictures the cache's parts take memory and time to join, which heads and whoever stops them are not to wait for. */
const MOST_PICTURES = 10_000

interface BesideHeads {
  readonly spoilt: Spoilt[]
  readonly begun: ModelBeginning | undefined
  /** The joining of the cache's parts, which goes on; the cache waits for it, too, when it is closed. */
  readonly merging: Promise<void> | undefined
}

/**
 * What needs no head, while heads train in threads: looks for what is wrong with most of a set, makes what the model
 * has of its backbones, and begins to join the cache's parts. After the heads it would leave a core idle.
 */
export async function besideHeads(
  { layout, features, cache, options: { limits, signal } }: TrainingRun,
  { backbones, extraction, data: { labels } }: Bottlenecks,
): Promise<BesideHeads> {
  const spoilt = features ? [] : await spoiltBySample(extraction, labels, cache, { limits, signal })
  const merging = extraction.pictures.length > MOST_PICTURES ? undefined : cache.merge()
  merging?.catch(() => undefined) // told of when it is waited for
  const begun = await beginModel(layout, backbones).catch(() => undefined) // told of when it is written
  return { spoilt, begun, merging }
}
