import type { DecodeLimits } from '../../image/limits.ts'
import type { Score } from '../../model/model.ts'

/** Of the names relied on, the share that should be right. */
export const DEFAULT_PRECISION = 0.95

/** What may be chosen for naming a folder; everything has a default. */
export interface GuessDirOptions {
  readonly limits?: Partial<DecodeLimits>
  /** Moves the pictures instead of copying them; `undoGuessDir` puts them back. Links are left where they are. */
  readonly move?: boolean
  /**
   * Copies what links lead to outside of the source, too, and what lies in folders that they lead to; not with `move`.
   * Such copies are not taken back by `undoGuessDir`, which follows no link.
   */
  readonly followLinks?: boolean
  /** Names everything and writes nothing. */
  readonly dryRun?: boolean
  /**
   * Puts what can't be relied on into `unsure/` in the destination: pictures unlike anything learnt, and those whose
   * best score is below this; see `chooseUnsure`.
   */
  readonly unsure?: number
  /** `flat`, the default: `<category>-<score>.<ext>`; `folders`: `<category>/<original name>`, as a data folder is. */
  readonly into?: Into
  /** Which pictures of the source are meant, by their paths in it; all unless given. */
  readonly only?: (original: string) => boolean
  readonly onEvent?: (event: GuessDirEvent) => void
  readonly signal?: AbortSignal | undefined
}

export const INTO = ['flat', 'folders'] as const
export type Into = (typeof INTO)[number]

/** What happens while a folder is named, in this order; pictures in the order of their paths. */
export type GuessDirEvent =
  /** `before` pictures were done by an earlier run, `pictures` are left to do. */
  | { readonly kind: 'scanned'; readonly pictures: number; readonly before: number }
  /** A picture is in place under its new name. */
  | { readonly kind: 'named'; readonly picture: NamedPicture; readonly done: number; readonly total: number }
  | { readonly kind: 'failed'; readonly problem: Problem; readonly done: number; readonly total: number }

export interface NamedPicture {
  /** Path under the source, with `/` on every system. */
  readonly original: string
  /** Path under the destination, the same way. */
  readonly name: string
  readonly label: string
  /** Of the label, 0 to 1, in steps of 0.00001 as in the new name. */
  readonly score: number
  /** Of every label, in the model's order. */
  readonly scores: readonly Score[]
  /** True for a picture unlike anything learnt: its scores mean nothing then. */
  readonly unfamiliar: boolean
  /** Why its name can't be relied on; undefined where it can. Low scores are told only where a threshold is given. */
  readonly unsure: Unsure | undefined
}

/** As `results.csv` says it. */
export type Unsure = 'unfamiliar' | 'low score'

/** Folder in the destination for what can't be relied on. */
export const UNSURE_FOLDER = 'unsure'

/** A file that could not be used, or was left out, and why. */
export interface Problem {
  readonly original: string
  /** A fragment to put behind the name, such as "truncated JPEG". */
  readonly reason: string
}

export interface GuessDirResult {
  /** Pictures named by this run. */
  readonly named: number
  /** Pictures that earlier runs into the same destination had named. */
  readonly before: number
  /** Pictures a label in `results.csv`, earlier runs included, in the model's order; labels without any are left out. */
  readonly counts: readonly { readonly label: string; readonly count: number }[]
  /** Pictures in `unsure/`, earlier runs included; they are not among `counts`. */
  readonly unsure: number
  /** Should have been named and could not be. */
  readonly failed: readonly Problem[]
  /** Was not meant to be named: sidecar files, links to folders or out of the source. */
  readonly skipped: readonly Problem[]
  /** What a person should know of it all, in sentences. */
  readonly notes: readonly string[]
}

/** Where earlier runs into the destination sorted otherwise. */
export const SORTED_OTHERWISE =
  'Pictures that were named before stay where they are, sorted otherwise; --undo takes them back.'

/** Where a move between disks can't take everything along. */
export const EXTENDED_LOST =
  'Extended attributes (tags, comments), if pictures had any, could not be taken along to the other disk.'
