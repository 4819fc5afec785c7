import { createHash, type Hash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { isHidden, isSidecar } from '../../dataset/names.ts'
import { UserError } from '../../errors.ts'
import type { Item, ListOptions, Source } from '../../storage/store.ts'

/** Pictures that are named together: what one job, and one part of the results, holds. */
export interface Batch {
  /** sha256 in hex of the model's identity and of every picture's key, size and etag. */
  readonly id: string
  readonly items: readonly Item[]
}

/** Pictures in a batch at most: few enough that a kill loses little, enough that handing them out costs nothing. */
const MOST_PICTURES = 256
/** Bytes in a batch at most, but for a single picture that has more. */
const MOST_BYTES = 256e6
/** How likely a key behind the first half ends its batch, times the share of a batch that it takes: few batches get full. */
const ENDS = 256 / 48

/**
 * The pictures of a source, in its order. What is hidden, or goes along with pictures and is none, is left out.
 *
 * @throws UserError as the source does
 */
export async function* picturesOf(source: Source, options: ListOptions = {}): AsyncGenerator<Item> {
  for await (const item of source.list(options)) {
    const names = item.key.split('/')
    if (names.some(isHidden)) continue
    if (isSidecar(names.at(-1)!)) options.onSkipped?.(item.key, 'not a picture by its ending')
    else yield item
  }
}

/**
 * Cuts pictures into batches, with one batch in memory at a time. Where a batch ends depends on the keys in it, so that a
 * picture that comes or goes changes the batches beside it and no others (content-defined chunking): what was named of the
 * rest stays named.
 */
export async function* planBatches(items: AsyncIterable<Item>, identity: string): AsyncGenerator<Batch> {
  let batch = new Growing(identity)
  for await (const item of items) {
    if (batch.isFullFor(item)) {
      yield batch.ended()
      batch = new Growing(identity)
    }
    batch.add(item)
    if (batch.mayEndWith(item)) {
      yield batch.ended()
      batch = new Growing(identity)
    }
  }
  if (batch.items.length > 0) yield batch.ended()
}

class Growing {
  readonly items: Item[] = []
  readonly #hash: Hash
  #bytes = 0

  constructor(identity: string) {
    this.#hash = createHash('sha256').update(identity)
  }

  isFullFor({ size = 0 }: Item): boolean {
    if (this.items.length === 0) return false
    return this.items.length >= MOST_PICTURES || this.#bytes + size > MOST_BYTES
  }

  /** Decided by the key alone once the batch is half full, in pictures or in bytes. */
  mayEndWith({ key, size = 0 }: Item): boolean {
    if (this.items.length < MOST_PICTURES / 2 && this.#bytes < MOST_BYTES / 2) return false
    return crc32(key) / 2 ** 32 < ENDS * Math.max(1 / MOST_PICTURES, size / MOST_BYTES)
  }

  add(item: Item): void {
    this.items.push(item)
    this.#bytes += item.size ?? 0
    this.#hash.update(JSON.stringify([item.key, item.size, item.etag]))
  }

  ended(): Batch {
    return { id: this.#hash.digest('hex'), items: this.items }
  }
}

/** The id that a batch must have, by what is in it: for whoever is handed one. */
export function batchId(items: readonly Item[], identity: string): string {
  const batch = new Growing(identity)
  for (const item of items) batch.add(item)
  return batch.ended().id
}

/** One of several that share the batches among them without speaking to each other. */
export interface Shard {
  /** From 0. */
  readonly index: number
  readonly count: number
}

/** @param text "0/100"; @throws UserError `E_BAD_VALUE` */
export function parseShard(text: string): Shard {
  const [, index, count] = /^(\d{1,6})\/(\d{1,6})$/.exec(text)?.map(Number) ?? []
  if (index !== undefined && count !== undefined && index < count) return { index, count }
  throw new UserError('E_BAD_VALUE', `Expected a shard such as 0/100 for shard but received "${text}".`, {
    hint: 'Shards are counted from 0: of 100 the last is 99/100.',
  })
}

/** By the batch's id alone, so that all agree, whatever each of them finds listed: counted, a picture that goes would leave some to nobody. */
export function isInShard({ id }: Batch, { index, count }: Shard): boolean {
  return Number.parseInt(id.slice(0, 12), 16) % count === index
}
