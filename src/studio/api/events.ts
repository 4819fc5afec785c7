import type { JobState } from './jobs.ts'
import type { Place } from './place.ts'
import type { EngineState, StudioState } from './state.ts'

// GET api/events (text/event-stream): `event:` a name of StudioEvents, `data:` its JSON

export interface StudioEvents {
  readonly state: StudioState
  readonly changes: Changes
  readonly job: JobState
  /** The live head was trained anew: guesses, scores, groups and what is next differ. */
  readonly suggestions: { readonly revision: number }
  /** Something outside changed the folder. */
  readonly files: { readonly revision: number; readonly added: number; readonly gone: number; readonly changed: number }
  readonly engine: EngineState
  /** The server ends. */
  readonly bye: { readonly reason: string }
}

/** What one change did to the pictures. `revision` is one more than the one before, else ask for everything again. */
export interface Changes {
  readonly revision: number
  readonly cause: 'op' | 'undo' | 'redo' | 'upload' | 'outside'
  /** As the undo line shows it. */
  readonly title: string
  readonly entry: string | null
  /** Where pictures are now, known ones and new ones; empty with `many`. */
  readonly pictures: readonly { readonly id: number; readonly place: Place }[]
  readonly gone: readonly number[]
  /** Too many to list, or the categories changed: fetch the listings again. */
  readonly many: boolean
}
