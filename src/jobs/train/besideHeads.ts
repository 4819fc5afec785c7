import type { Extraction } from '../../features/extract.ts'
import { type Spoilt, spoiltBySample } from '../doctor/spoilt.ts'
import type { TrainingRun } from './run.ts'

/** With more pictures the cache's parts take memory and time to join, which heads and whoever stops them are not to wait for. */
const MOST_PICTURES = 10_000

interface BesideHeads {
  readonly spoilt: Spoilt[]
  /** The joining of the cache's parts, which goes on; the cache waits for it, too, when it is closed. */
  readonly merging: Promise<void> | undefined
}

/**
 * What needs no head, while heads train in threads: looks for what is wrong with most of a set, and begins to join the
 * cache's parts. After the heads it would leave a core idle.
 */
export async function besideHeads(
  { features, cache, options: { limits, signal } }: TrainingRun,
  extraction: Extraction,
  labels: Int32Array,
): Promise<BesideHeads> {
  const spoilt = features ? [] : await spoiltBySample(extraction, labels, cache, { limits, signal })
  const merging = extraction.pictures.length > MOST_PICTURES ? undefined : cache.merge()
  merging?.catch(() => undefined) // told of when it is waited for
  return { spoilt, merging }
}
