import { array, fits, looseObject, nullable, whole } from '../../schema.ts'
import { type Item, ItemError } from '../../storage/store.ts'
import type { BatchPlaces } from '../guessAll/nameBatch.ts'
import type { Batch } from '../guessAll/plan.ts'
import type { Outcome, Work } from './work.ts'

/** What is said of a picture that ends whichever process opens it. */
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
 * Does the pictures of a batch over which a worker has died, one at a time, each marked before it is opened. That a process
 * died near a picture proves nothing: one that was marked at a death is opened in a process of its own, and only if that dies
 * too it is the picture's doing, which is then said of it.
 */
export async function performOneByOne<T extends Outcome>(
  work: Work<T>,
  { items }: Batch,
  places: BatchPlaces,
  { note, keep, isDeadly }: Watched,
): Promise<T[]> {
  const trail: Trail = fits<Trail>(trailSchema, note) ? note : { mark: null, deadly: [] }
  const deadly = new Set(trail.deadly)
  const suspect = trail.mark === null ? undefined : items[trail.mark]
  if (suspect && (await isGuilty(suspect, places, isDeadly))) deadly.add(trail.mark!)
  const outcomes: T[] = []
  for (const [at, item] of items.entries()) {
    if (deadly.has(at)) outcomes.push(work.refused(item, ENDS_PROCESS))
    else {
      await keep({ mark: at, deadly: [...deadly] })
      outcomes.push(...(await work.perform([item], places)))
    }
  }
  await keep({ mark: null, deadly: [...deadly] })
  return outcomes
}

async function isGuilty(item: Item, { source, limits }: BatchPlaces, isDeadly: Watched['isDeadly']): Promise<boolean> {
  try {
    return await isDeadly(await source.read(item, { most: limits.maxFileBytes }))
  } catch (error) {
    if (error instanceof ItemError) return false // that will be said of it
    throw error
  }
}
