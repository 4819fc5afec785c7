import type { PictureRef } from './picture.ts'
import type { Place, TrashPlace, UnlabeledPlace } from './place.ts'

// POST api/ops, api/undo, api/redo, api/sample; GET api/journal

/**
 * `ids` or `files` say which pictures. `from` is where the page believed them to be, one for all or one each; where that
 * is no longer so they come back in `conflicts` and the others are done.
 */
export type OpRequest =
  | ({ readonly op: 'label'; readonly to: string } & Chosen)
  | ({ readonly op: 'unlabel' | 'trash' | 'restore' | 'check' | 'uncheck' } & Chosen)
  | { readonly op: 'category.add'; readonly to: string }
  | { readonly op: 'category.rename' | 'category.merge'; readonly from: string; readonly to: string }
  /** `to` is where its pictures go; `.unlabeled` unless said. */
  | { readonly op: 'category.remove'; readonly from: string; readonly to?: UnlabeledPlace | TrashPlace }

export interface Chosen {
  readonly ids?: readonly number[]
  /** For the replay after a restart. */
  readonly files?: readonly PictureRef[]
  readonly from?: Place | readonly Place[]
  /** Shown by undo instead of the usual title, such as "40 named like it"; at most 80 characters. */
  readonly title?: string
}

export interface OpAnswer {
  /** Of the journal; null when nothing was to be done. */
  readonly entry: string | null
  readonly revision: number
  /** Pictures that are now where they were to go. */
  readonly moved: readonly number[]
  readonly conflicts: readonly Conflict[]
}

export interface Conflict {
  /** -1 for a file of `files` that is not known. */
  readonly id: number
  readonly name: string
  /** A sentence. */
  readonly reason: string
  /** Where it is instead; null when it is gone. */
  readonly place: Place | null
}

/** `POST api/undo`, `POST api/redo`; 409 `E_NOT_LATEST` if another tab was first. Answers with an OpAnswer. */
export interface UndoRequest {
  readonly expect: string
}

/** `GET api/journal?n=100`, the newest first. */
export interface JournalList {
  readonly entries: readonly {
    readonly entry: string
    readonly at: string
    readonly kind: string
    readonly title: string
    readonly pictures: number
    readonly undone: boolean
  }[]
}

/** `POST api/sample`: brings the sample pictures into an empty folder, as one entry. Answers with an OpAnswer. */
export interface SampleRequest {
  readonly sample: true
}
