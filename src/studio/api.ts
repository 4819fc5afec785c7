/**
 * What the studio's page and its server say to each other, as JSON under `/<token>/`. Addresses are relative, so that the
 * page never has to know its token. Types alone: the page takes them as they are.
 *
 * Pictures have whole numbers as ids. Within one `boot` an id means one content at one place or moved from there by studio:
 * a file that was changed from outside gets another id, so what is fetched by id (with `?boot=` in the address) may be kept
 * by the browser for ever.
 *
 * Pictures themselves:
 * `thumb/:id?side=160|320&boot=` a JPEG, longer side at most that, upright; `thumb/:sha256?side=` the same by content; 404
 * with an ApiError for one that can't be read. `picture/:id?boot=` the original, or a JPEG where browsers can't show it.
 * `explain/:id/:category.png?boot=` the heat map over the picture, of its whole size or smaller; `POST api/explain/:category`
 * with a JPEG as body does the same for a frame of the camera. `report` the last training's report.html.
 */

/** Where a picture lies: a category's name, or one of these two, which no category can be called. */
export type Place = string
export type UnlabeledPlace = '.unlabeled'
export type TrashPlace = '.trash'

/** The body of every answer that is not 2xx; `code` is that of a UserError, such as `E_BAD_NAME`. */
export interface ApiError {
  readonly code: string
  /** One sentence, to be shown. */
  readonly message: string
  /** What to do about it, one sentence. */
  readonly hint?: string
}

// GET api/state; also the SSE event `state`

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

export interface CategoryState {
  readonly name: string
  /** As people read it: underscores are spaces. */
  readonly shown: string
  readonly count: number
  /** The key that names it, '1' to '9' or '0'; null for more than ten. */
  readonly key: string | null
}

export interface ModelState {
  /** 0 to 1; null when trained without cross-validation and test pictures. */
  readonly accuracy: number | null
  /** 95 %, from low to high. */
  readonly interval: readonly [number, number] | null
  /** Pictures it was measured on. */
  readonly pictures: number
  readonly labels: readonly string[]
  readonly trainedAt: string
  /** What happened since the training; null when nothing did. "12 moved, 30 new: Train" */
  readonly stale: { readonly moved: number; readonly added: number; readonly gone: number } | null
}

export interface EngineState {
  /** `ended` after three deaths in a row: sorting by hand goes on; POST api/engine starts it again. */
  readonly state: 'starting' | 'ready' | 'ended'
  /** Why, one sentence, when it ended. */
  readonly reason?: string
}

export interface EntryTitle {
  /** To be sent back as `expect`. */
  readonly entry: string
  /** "12 → tulips" */
  readonly title: string
}

export interface Settings {
  /** Category → key. Others get the free digits in the order of their names. */
  readonly keys: Readonly<Record<string, string>>
  /** Whether single keys do anything (WCAG 2.1.4). */
  readonly shortcuts: boolean
  /** Pictures a second while recording, 1 to 10. */
  readonly captureRate: number
  /** Seconds of countdown before recording, 0 to 10. */
  readonly countdown: number
  /** Side of a tile in pixels, 80 to 320. */
  readonly tileSize: number
  readonly noticed: boolean
}

// GET api/pictures

export type View = 'all' | 'doubtful' | 'mistakes' | 'alike' | 'odd' | 'quality' | 'skipped' | 'next'
export type Sort = 'name' | 'new' | 'score' | 'doubt' | `like:${number}`

/** `GET api/pictures?in=…`; everything has a default: `in=data&view=all&sort=name`. */
export interface PicturesQuery {
  readonly in?: 'data' | 'unlabeled' | 'trash'
  /** Of data, the category's pictures; of unlabeled, those that the live head takes for it. */
  readonly category?: string
  readonly view?: View
  readonly sort?: Sort
}

/** All pictures asked for, a column a property, so that 100,000 are about a megabyte. */
export interface PictureColumns {
  readonly boot: string
  readonly revision: number
  readonly total: number
  /** What the numbers in `category` mean. */
  readonly categories: readonly string[]
  readonly ids: readonly number[]
  /**
   * In data: the category it lies in. In unlabeled: the one it is taken for. In trash: the one it came from. -1: none.
   * In the views doubtful and mistakes see also `other`.
   */
  readonly category: readonly number[]
  /** Bits, see `Flag`. */
  readonly flags: readonly number[]
  /** 0 to 1000: how likely the category in `category` is, by the newest head; -1 when it is not known. */
  readonly score: readonly number[]
  /** Views doubtful and mistakes alone: the category that it looks like, or -1. */
  readonly other?: readonly number[]
}

/** Bits of `flags`. (Not an enum: types alone here.) */
export interface Flag {
  /** Somebody said that its label is right. */
  readonly checked: 1
  readonly doubtful: 2
  /** Named otherwise by a head that never saw it. */
  readonly mistake: 4
  /** Unlike anything learnt. */
  readonly unfamiliar: 8
  /** Can't be read: its tile shows the reason from `api/pictures/:id`. */
  readonly unreadable: 16
  /** Dark, blurred, tiny, blank or oddly shaped. */
  readonly quality: 32
  /** The same, or all but the same, as another one. */
  readonly alike: 64
  /** Kept apart to measure the accuracy by; not suggested. */
  readonly held: 128
}

/** `POST api/names {ids}`, at most 1000 of them: what a page needs to say again, after a restart, which pictures it meant. */
export interface NamesRequest {
  readonly ids: readonly number[]
}
export interface NamesAnswer {
  readonly names: readonly (PictureRef & { readonly id: number })[]
}

/** A picture by what stays the same over restarts. */
export interface PictureRef {
  /** Under the working folder, with `/`, to be compared and never opened: `data/roses/a.jpg`. */
  readonly path: string
  /** Null while nobody has read the file. */
  readonly sha256: string | null
}

// GET api/pictures/:id

export interface PictureDetail extends PictureRef {
  readonly id: number
  readonly revision: number
  readonly place: Place
  /** Last part of the path. */
  readonly name: string
  /** Bytes. */
  readonly size: number
  readonly mtimeMs: number
  /** By the newest head; null before there is one, or when the picture can't be read. */
  readonly guess: NamedGuess | null
  /** Of a doubtful label: what speaks against it, a sentence. */
  readonly doubt: { readonly looksLike: string | null; readonly what: string; readonly remedy: string } | null
  /** What else doctor says of it. */
  readonly findings: readonly { readonly kind: string; readonly what: string; readonly remedy: string }[]
  /** The most alike in each category that matters: its own, and what it looks like. */
  readonly nearest: readonly NearPicture[]
  /** Why it can't be read, a fragment; null when it can. */
  readonly unreadable: string | null
}

export interface NearPicture {
  readonly id: number
  readonly category: string
  /** 1 less the cosine. */
  readonly distance: number
}

export interface NamedGuess {
  /** Best first. */
  readonly scores: readonly { readonly label: string; readonly score: number }[]
  readonly unfamiliar: boolean
}

// GET api/groups?detail=1|2|3, GET api/next?n=20, GET api/suggestions

export interface Groups {
  readonly revision: number
  readonly groups: readonly PictureGroup[]
  /** In no group: for one by one. */
  readonly rest: readonly number[]
}

export interface PictureGroup {
  /** The most typical first, the odd ones last. */
  readonly ids: readonly number[]
  /** What most of them are taken for; null without a head. */
  readonly suggestion: string | null
}

export interface NextPictures {
  readonly revision: number
  readonly pictures: readonly {
    readonly id: number
    readonly guess: string | null
    readonly score: number | null
    /** "between roses and tulips", "like 41 others", "unlike anything learnt" */
    readonly why: string
  }[]
}

// POST api/ops, api/undo, api/redo

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

// PUT api/upload?name=&category=&batch=, POST api/batch/:id/end

/** The body is the file's bytes. `category` left out: unlabeled. `batch`: 1 to 40 of a-z, 0-9 and -; one undo takes all back. */
export interface UploadQuery {
  readonly name: string
  readonly category?: string
  readonly batch: string
}

/** 201; 200 with `duplicateOf` when the very same bytes are there already: then nothing was added. */
export interface UploadAnswer {
  readonly id: number
  readonly name: string
  readonly duplicateOf?: number
}

export interface BatchEnd {
  readonly entry: string | null
  readonly revision: number
  readonly added: number
}

// POST api/guess with a JPEG as body

export interface GuessAnswer extends NamedGuess {
  readonly ms: number
  /** The most alike pictures that were learnt from. */
  readonly nearest?: readonly NearPicture[]
}

// POST api/jobs → 202 JobState, DELETE api/jobs/:id → 202

export type JobRequest =
  | { readonly kind: 'train' | 'examine' | 'choose' }
  | { readonly kind: 'export'; readonly format: ExportKind }
  /** Copies what is unlabeled, sorted, to `exports/`. */
  | { readonly kind: 'guess-dir' }

export type ExportKind = 'page' | 'tfjs' | 'saved-model' | 'onnx' | 'graphdef'

export interface JobState {
  readonly id: string
  readonly kind: JobRequest['kind']
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'stopped'
  /** A sentence for what it waits for, or a word for what it does: "networks", "bottlenecks", "steps", "cross-validation" … */
  readonly phase: string
  readonly done: number
  readonly total: number
  /** Seconds, estimated; null when not yet known. */
  readonly left: number | null
  readonly error?: ApiError
  readonly result?: TrainOutcome | ExportOutcome | SortOutcome | ExamineOutcome | ChooseOutcome
}

export interface TrainOutcome {
  readonly kind: 'train'
  readonly before: ModelState | null
  readonly after: ModelState
  /** False when the two intervals overlap. */
  readonly distinct: boolean
  /** Pictures that are named otherwise than before. */
  readonly renamed: number
  readonly seconds: number
  readonly warnings: readonly string[]
}
export interface ExportOutcome {
  readonly kind: 'export'
  readonly format: ExportKind
  /** Folder under the working folder; `POST api/reveal {export}` opens it. */
  readonly folder: string
  readonly bytes: number
  readonly files: number
}
export interface SortOutcome {
  readonly kind: 'guess-dir'
  readonly folder: string
  readonly counts: readonly { readonly label: string; readonly count: number }[]
  readonly failed: number
}
export interface ExamineOutcome {
  readonly kind: 'examine'
  readonly findings: number
}
export interface ChooseOutcome {
  readonly kind: 'choose'
  readonly backbone: string
  readonly reason: string
}

// GET api/findings, GET api/results

export interface Findings {
  readonly revision: number
  /** Null before the first examination. */
  readonly at: string | null
  readonly findings: readonly StudioFinding[]
}

export interface StudioFinding {
  readonly kind: string
  /** Of the picture; null for a category or a file that is no picture. */
  readonly id: number | null
  readonly path: string
  readonly what: string
  readonly remedy: string
  /** Others it is about. */
  readonly others: readonly number[]
  readonly looksLike: string | null
}

/** Of the last full training; null figures before there was one in this folder. */
export interface Results {
  readonly model: ModelState | null
  readonly labels: readonly string[]
  /** [given][predicted]: numbers of pictures, each named by a head that never saw it. */
  readonly confusion: readonly (readonly number[])[]
  readonly perCategory: readonly {
    readonly label: string
    readonly pictures: number
    readonly right: number
    readonly recall: number | null
    readonly recallInterval: readonly [number, number]
    readonly precision: number | null
  }[]
  /** Pictures → accuracy with its interval; forecasts behind the last measured one. */
  readonly curve: readonly {
    readonly pictures: number
    readonly accuracy: number
    readonly low: number
    readonly high: number
    readonly forecast: boolean
  }[]
  /** Which best score gives which precision, and how many pictures reach it. */
  readonly scores: readonly { readonly score: number; readonly precision: number; readonly share: number }[]
  /** Trained, or null. */
  readonly last: TrainOutcome | null
  /** Whether `report` can be opened. */
  readonly report: boolean
  readonly mistakes: readonly {
    readonly id: number | null
    readonly path: string
    readonly given: string
    readonly predicted: string
    readonly score: number
  }[]
}

// POST api/reveal {id} | {category} | {export}; PUT api/settings Partial<Settings> → Settings; POST api/engine; POST api/rescan

export type RevealRequest =
  | { readonly id: number }
  | { readonly category: string }
  | { readonly export: string }
  | { readonly place: UnlabeledPlace | TrashPlace }

/** `POST api/sample`: brings the sample pictures into an empty folder, as one entry. Answers with an OpAnswer. */
export interface SampleRequest {
  readonly sample: true
}

// POST api/phone → PhoneDoor, GET api/phone → PhoneDoor | null, DELETE api/phone

export interface PhoneDoor {
  readonly address: string
  /** Of the QR code. */
  readonly svg: string
  readonly category: string | null
  readonly received: number
  readonly until: string
}

// GET api/events (text/event-stream): `event:` a name of this, `data:` its JSON

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
