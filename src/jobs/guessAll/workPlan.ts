import type { Item } from '../../storage/store.ts'
import { type Batch, isInShard, planBatches, type Shard } from './plan.ts'

/** The batches that a run is to see to. */
export interface WorkPlan {
  /** Pictures of its share that are done, by earlier runs or by others. */
  readonly before: number
  /** Pictures of its share that are left. */
  readonly pictures: number
  /** Their batches; planned anew, with one in memory at a time. */
  left(): AsyncGenerator<Batch>
}

/**
 * Plans once, to count.
 *
 * @param items the pictures of the source, listed anew at each call
 * @param identity of what is made of them
 * @param done ids of the batches that are done
 */
export async function planWork(
  items: () => AsyncIterable<Item>,
  identity: string,
  done: ReadonlySet<string>,
  shard: Shard | undefined,
): Promise<WorkPlan> {
  const batches = async function* (): AsyncGenerator<Batch> {
    for await (const batch of planBatches(items(), identity)) if (!shard || isInShard(batch, shard)) yield batch
  }
  let [before, pictures] = [0, 0]
  for await (const { id, items } of batches()) {
    if (done.has(id)) before += items.length
    else pictures += items.length
  }
  const left = async function* (): AsyncGenerator<Batch> {
    for await (const batch of batches()) if (!done.has(batch.id)) yield batch
  }
  return { before, pictures, left }
}
