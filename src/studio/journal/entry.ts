/** A file, or a whole folder, that goes from one path to another; see `shownPath`. */
export interface Move {
  readonly from: string
  readonly to: string
  /** Null of a folder, and while nobody has read the file. */
  readonly sha256: string | null
  /** Bytes and time of change: planned, those before the move; done, those after it. */
  readonly size: number
  readonly mtimeMs: number
  readonly folder?: true
  /** A name in between, for a change of case alone where case makes no difference. */
  readonly via?: string
}

/** "This picture's label is right", said or taken back. */
export interface Mark {
  readonly sha256: string
  readonly label: string
}

/** What a person did, as the journal holds it. */
export interface Entry {
  readonly v: 1
  readonly id: string
  /** ISO 8601. */
  readonly at: string
  readonly kind: EntryKind
  /** As the undo line shows it. */
  readonly title: string
  readonly moves: readonly Move[]
  readonly state: EntryState
  /** The entry that this one takes back, or does again. */
  readonly undoes?: string
  readonly redoes?: string
  /** Folders made before the moves, and those removed behind them where they are empty then. */
  readonly makes?: readonly string[]
  readonly removes?: readonly string[]
  readonly marks?: readonly Mark[]
  readonly unmarks?: readonly Mark[]
  /** Renames the category in the model, too. */
  readonly renames?: { readonly from: string; readonly to: string }
}

export type EntryKind =
  | 'label'
  | 'unlabel'
  | 'trash'
  | 'restore'
  | 'check'
  | 'uncheck'
  | 'upload'
  | 'category.add'
  | 'category.rename'
  | 'category.merge'
  | 'category.remove'

/** `open`: a batch of uploads that grows. `planned`: written before the first move, so that a crash can be mended. */
type EntryState = 'open' | 'planned' | 'done'

/** A line of the journal: an entry, or what became of one. */
export type Line =
  | Entry
  | { readonly id: string; readonly state: 'added'; readonly move: Move }
  | { readonly id: string; readonly state: 'done'; readonly moves: readonly Move[]; readonly title?: string }
