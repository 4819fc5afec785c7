import type { JobState } from './jobs.ts'
import type { ModelNetworks, ModelState } from './model.ts'
import type { Settings } from './settings.ts'

// GET api/state; also the SSE event `state`; POST api/engine → EngineState

export interface StudioState {
  /** Of this run of the server: when it differs from the one known, all ids are new. */
  readonly boot: string
  /** Raised by every change of the pictures. */
  readonly revision: number
  readonly readOnly: boolean
  /** Name of the folder, to be shown. */
  readonly title: string
  /** The folder as a person would type it. */
  readonly folder: string
  /** The parts of a set that is already split, besides the one that is shown and sorted: they stay as they are. */
  readonly kept: readonly KeptPart[]
  /** Sorted by name; their index is the number in a listing's `category`. */
  readonly categories: readonly CategoryState[]
  readonly unlabeled: number
  readonly trash: number
  /** Pictures that wait for a look; all 0 before the first examination or live head. */
  readonly waiting: {
    readonly doubtful: number
    readonly mistakes: number
    readonly alike: number
    readonly odd: number
    readonly quality: number
    readonly skipped: number
    readonly suggested: number
  }
  readonly model: ModelState | null
  /** Of the model; null where there is none. A training uses them again unless it is told otherwise. */
  readonly networks: ModelNetworks | null
  /** The head that follows the labels while they are given; null until two categories have pictures. */
  readonly live: { readonly pictures: number; readonly ms: number } | null
  /** Why Train can't be pressed, one sentence; null when it can. */
  readonly untrainable: string | null
  readonly jobs: readonly JobState[]
  readonly engine: EngineState
  readonly undo: EntryTitle | null
  readonly redo: EntryTitle | null
  readonly settings: Settings
  /** Moves of an earlier run that could not be settled, a sentence each. */
  readonly unsettled: readonly string[]
  /** True until the notice that studio moves files has been confirmed, by `PUT api/settings {noticed: true}`. */
  readonly firstUse: boolean
}

/** A part of a set that is already split, which nobody changes. */
export interface KeptPart {
  /** Under data, with `/` on every system. */
  readonly folder: string
  readonly categories: readonly string[]
  readonly pictures: number
}

export interface CategoryState {
  readonly name: string
  /** As people read it: underscores are spaces. */
  readonly shown: string
  readonly count: number
  /** The key that names it, '1' to '9' or '0'; null for more than ten. */
  readonly key: string | null
}

export interface EngineState {
  /** `ended` after three deaths in a row: sorting by hand goes on; POST api/engine starts it again. */
  readonly state: 'starting' | 'ready' | 'ended'
  /** Pictures looked at of those that were new; undefined when none are. */
  readonly looking?: { readonly done: number; readonly total: number }
  /** Why, one sentence, when it ended. */
  readonly reason?: string
}

export interface EntryTitle {
  /** To be sent back as `expect`. */
  readonly entry: string
  /** "12 → tulips" */
  readonly title: string
}
