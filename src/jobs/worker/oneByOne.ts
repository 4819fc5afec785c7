import { array, fits, looseObject, nullable, whole } from '../../schema.ts'
import { type Item, ItemError } from '../../storage/store.ts'
import type { NamingModel } from '../guess/ahead.ts'
import { type BatchPlaces, nameItems } from '../guessAll/nameBatch.ts'
import type { Batch } from '../guessAll/plan.ts'
import type { ResultRow } from '../guessAll/rows.ts'

/** What a row says of a picture that ends whichever process opens it. */
const ENDS_PROCESS = 'ends the process that opens it'

/** What is kept with a job, for whoever takes it if this process dies; pictures by their place in the batch. */
interface Trail {
  /** The one that is being opened. */
  readonly mark: number | null
  /** Those that are proven to end their process. */
  readonly deadly: readonly number[]
}

const trailSchema = looseObject({ mark: nullable(whole), deadly: array(whole) })

export interface Watched {
  /** What the worker before has kept. */
  readonly note: unknown
  readonly keep: (trail: Trail) => Promise<void>
  /** Whether a picture ends the process that opens it. */
  readonly isDeadly: (bytes: Uint8Array) => Promise<boolean>
}

/**
 * Names the pictures of a batch over which a worker has died, one at a time, each marked before it is opened. That a process
 * died near a picture proves nothing: one that was marked at a death is opened in a process of its own, and only if that dies
 * too it is the picture's doing, and becomes a row that says so.
 */
export async function nameOneByOne(
  model: NamingModel,
  { items }: Batch,
  places: BatchPlaces,
  { note, keep, isDeadly }: Watched,
): Promise<ResultRow[]> {
  const trail: Trail = fits<Trail>(trailSchema, note) ? note : { mark: null, deadly: [] }
  const deadly = new Set(trail.deadly)
  const suspect = trail.mark === null ? undefined : items[trail.mark]
  if (suspect && (await isGuilty(suspect, places, isDeadly))) deadly.add(trail.mark!)
  const rows: ResultRow[] = []
  for (const [at, item] of items.entries()) {
    if (deadly.has(at)) rows.push(deadlyRow(item, model.labels))
    else {
      await keep({ mark: at, deadly: [...deadly] })
      rows.push(...(await nameItems(model, [item], places)))
    }
  }
  await keep({ mark: null, deadly: [...deadly] })
  return rows
}

async function isGuilty(item: Item, { source, limits }: BatchPlaces, isDeadly: Watched['isDeadly']): Promise<boolean> {
  try {
    return await isDeadly(await source.read(item, { most: limits.maxFileBytes }))
  } catch (error) {
    if (error instanceof ItemError) return false // it will say so in its row
    throw error
  }
}

function deadlyRow({ key, size, etag }: Item, labels: readonly string[]): ResultRow {
  const none = { label: undefined, score: undefined, unfamiliar: undefined, scores: labels.map(() => undefined) }
  return { key, size, etag, ...none, error: ENDS_PROCESS }
}
