import type { Item } from '../../storage/store.ts'
import type { FolderForm } from '../guessAll/folderForm.ts'
import type { BatchPlaces } from '../guessAll/nameBatch.ts'
import type { Batch } from '../guessAll/plan.ts'
import type { TrialWork } from './prove.ts'

/** What came of one picture. */
export interface Outcome {
  /** Why nothing did. */
  readonly error: string | undefined
}

/** What a worker does with the pictures of a batch: it names them, or computes what is learnt from. */
export interface Work<T extends Outcome> {
  /** What decides what comes of a picture: jobs of another one are refused. */
  readonly identity: string
  /** The folder that parts are written to. */
  readonly form: FolderForm
  /** The same for a process of its own, which opens one picture. */
  readonly trial: TrialWork
  /** What comes of pictures, in their order. */
  perform(items: readonly Item[], places: BatchPlaces): Promise<T[]>
  /** What is said of a picture that must not be opened. */
  refused(item: Item, reason: string): T
  /** Writes what came of a batch. @returns whether this process was the first */
  write(batch: Batch, outcomes: readonly T[], places: BatchPlaces): Promise<boolean>
}
