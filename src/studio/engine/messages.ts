import type { JobRequest, JobState } from '../api.ts'

/** A picture as the engine needs to know it. */
export interface EnginePicture {
  readonly id: number
  /** Opens the file. */
  readonly path: string
  /** The key of its record among the bottlenecks: its path under data, as everywhere in itc. */
  readonly relative: string
  /** The category it lies in; null of an unlabelled one. */
  readonly label: string | null
  readonly size: number
  readonly mtimeMs: number
  readonly sha256: string | null
}

/** What the engine makes of all pictures at once, a column a property. */
export interface Opinions {
  readonly labels: readonly string[]
  readonly ids: Int32Array
  /** Index of the best label, [ids]; -1 without a head. */
  readonly best: Int32Array
  /** Of it, 0 to 1. */
  readonly score: Float32Array
  /** Of the category that the picture lies in; -1 where there is none. */
  readonly own: Float32Array
  readonly unfamiliar: Uint8Array
  /** Hashes found on the way, and reasons why pictures can't be read. */
  readonly hashes: readonly (readonly [id: number, sha256: string])[]
  readonly unreadable: readonly (readonly [id: number, reason: string])[]
  /** Pictures learnt from, and how long the head took. */
  readonly learnt: number
  readonly ms: number
}

export interface EngineGuess {
  readonly scores: readonly { readonly label: string; readonly score: number }[]
  readonly unfamiliar: boolean
  readonly ms: number
  readonly nearest: readonly { readonly id: number; readonly distance: number }[]
}

interface EngineGroup {
  readonly ids: readonly number[]
  readonly suggestion: string | null
}

/** What may be asked of the engine: parameters and answers. */
export interface EngineCalls {
  /** Changes of what there is; the head is trained anew 0.8 s after the last of them. */
  sync(change: { readonly set: readonly EnginePicture[]; readonly gone: readonly number[] }): void
  guess(jpeg: Uint8Array): EngineGuess
  /** The nearest pictures in each of these categories, and in all where none are named. */
  nearest(query: { readonly id: number; readonly labels: readonly string[]; readonly count: number }): readonly {
    readonly id: number
    readonly distance: number
  }[]
  /** Scores of one picture, best first; null when it isn't known. */
  scores(id: number): EngineGuess | null
  groups(detail: number): { readonly groups: readonly EngineGroup[]; readonly rest: readonly number[] }
  next(count: number): readonly {
    readonly id: number
    readonly guess: string | null
    readonly score: number | null
    readonly why: string
  }[]
  like(id: number): readonly number[]
  explain(query: { readonly picture: string | Uint8Array; readonly label: string }): Uint8Array
  /** Reads the model again: a training has ended. */
  reload(): void
}

export type EngineCall = keyof EngineCalls

/** What a process of its own does for one heavy job. */
export interface JobOrder {
  readonly tfFiles: string
  readonly unlabeled: string
  readonly exports: string
  readonly request: JobRequest
}

/** How far a job has come. @property left where the job knows itself: undefined leaves it to the studio to estimate */
export interface JobProgress extends Pick<JobState, 'phase' | 'done' | 'total' | 'decoded'> {
  readonly left?: number | null
}

export type ToChild =
  | { readonly kind: 'open'; readonly tfFiles: string }
  | { readonly kind: 'call'; readonly id: number; readonly name: EngineCall; readonly argument: unknown }
  | { readonly kind: 'job'; readonly order: JobOrder }
  | { readonly kind: 'stop' }

export type FromChild =
  | { readonly kind: 'ready' }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | {
      readonly kind: 'failure'
      readonly id: number
      readonly code: string
      readonly message: string
      readonly hint?: string | undefined
    }
  | { readonly kind: 'opinions'; readonly opinions: Opinions }
  | { readonly kind: 'working'; readonly done: number; readonly total: number }
  | ({ readonly kind: 'progress' } & JobProgress)
  | { readonly kind: 'done'; readonly result: unknown }
