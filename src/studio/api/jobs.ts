import type { Preset } from '../../backbone/catalog.ts'
import type { ApiError } from './error.ts'
import type { ModelState } from './model.ts'

// POST api/jobs → 202 JobState, DELETE api/jobs/:id → 202

export type JobRequest =
  /** As the model that is there was trained, on the networks of a preset where one is given. */
  | { readonly kind: 'train'; readonly preset?: Preset }
  | { readonly kind: 'examine' | 'choose' }
  | { readonly kind: 'export'; readonly format: ExportKind }
  /** Copies what is unlabeled, sorted, to `exports/`. */
  | { readonly kind: 'guess-dir' }

export type ExportKind = 'page' | 'tfjs' | 'saved-model' | 'onnx' | 'graphdef'

export interface JobState {
  readonly id: string
  readonly kind: JobRequest['kind']
  /** Of a training that was asked for other networks than the model has. */
  readonly preset?: Preset
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'stopped'
  /** A sentence for what it waits for, or a word for what it does: "networks", "bottlenecks", "steps", "cross-validation" … */
  readonly phase: string
  readonly done: number
  readonly total: number
  /** Seconds, estimated: of a training until its end, of other jobs in this phase. Null when not yet known. */
  readonly left: number | null
  /** Pictures decoded, which goes on beside the networks; while bottlenecks are computed alone. */
  readonly decoded?: { readonly done: number; readonly total: number }
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
