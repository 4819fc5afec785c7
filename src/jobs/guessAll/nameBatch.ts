import type { DecodeLimits } from '../../image/limits.ts'
import { PictureError } from '../../image/pictureError.ts'
import { megabytes } from '../../image/read.ts'
import type { LazyPicture } from '../../model/model.ts'
import { type Item, ItemError, type Source } from '../../storage/store.ts'
import type { NamingModel } from '../guess/ahead.ts'
import type { Batch } from './plan.ts'
import type { ResultsFolder } from './resultsFolder.ts'
import { encodeRows, type ResultRow, rowOf } from './rows.ts'

/** Where a batch's pictures come from and where its part goes. */
export interface BatchPlaces {
  readonly source: Source
  readonly results: ResultsFolder
  readonly limits: DecodeLimits
  readonly signal?: AbortSignal | undefined
  /** Pictures that are to come in all, where known: an engine is made ready for many. */
  readonly pictures?: number | undefined
}

export interface NamedBatch {
  readonly rows: readonly ResultRow[]
  /** False when another process had written the part meanwhile: nothing is done twice, only computed twice. */
  readonly isFirst: boolean
}

/**
 * Names the pictures of a batch and writes their part: the whole work of one job. What is wrong with a picture becomes a row;
 * what is wrong with a store ends it, with nothing written.
 *
 * @throws UserError of the store, or of the model; the signal's reason when aborted
 */
export async function nameBatch(model: NamingModel, batch: Batch, places: BatchPlaces): Promise<NamedBatch> {
  const rows = await nameItems(model, batch.items, places)
  return { rows, isFirst: await writePart(batch.id, rows, places) }
}

/** A row an item, in their order. */
export async function nameItems(
  model: NamingModel,
  items: readonly Item[],
  { source, limits, signal, pictures = items.length }: Omit<BatchPlaces, 'results'>,
): Promise<ResultRow[]> {
  const lazy = items.map(item => pictureOf(item, source, limits, signal))
  const rows: ResultRow[] = []
  for await (const guess of model.guessAll(lazy, { limits, signal, pictures })) {
    rows.push(rowOf(items[rows.length]!, guess, model.labels))
  }
  return rows
}

/** @returns whether this process was the first to write it */
export async function writePart(
  id: string,
  rows: readonly ResultRow[],
  { results, signal }: Pick<BatchPlaces, 'results' | 'signal'>,
): Promise<boolean> {
  const { labels, model } = results.heading
  return await results.put(id, encodeRows(rows, labels, { 'itc.batch': id, 'itc.model': model }), signal)
}

/** An item as a picture, fetched when its turn comes; what is wrong with it is a PictureError. */
export function pictureOf(
  item: Item,
  source: Source,
  limits: DecodeLimits,
  signal: AbortSignal | undefined,
): LazyPicture {
  const most = limits.maxFileBytes
  const tooLarge = (error?: unknown) =>
    new PictureError('too-large', `larger than the limit of ${megabytes(most)} (--max-file-mb)`, error)
  return {
    size: item.size,
    async read() {
      if ((item.size ?? 0) > most) throw tooLarge()
      try {
        return await source.read(item, { most, signal })
      } catch (error) {
        if (!(error instanceof ItemError)) throw error
        throw error.kind === 'too-large' ? tooLarge(error) : new PictureError('unreadable', error.message, error)
      }
    },
  }
}
