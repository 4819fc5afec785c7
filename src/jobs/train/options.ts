import type { Assessment } from '../../assess/assess.ts'
import type { Evaluation } from '../../assess/metrics.ts'
import type { Skipped } from '../../dataset/scan.ts'
import type { Fractions } from '../../dataset/split.ts'
import type { EngineChoice } from '../../engine/load.ts'
import type { ExtractProgress } from '../../features/options.ts'
import type { HeadOptions } from '../../head/options.ts'
import type { StepReport } from '../../head/train.ts'
import type { DecodeLimits } from '../../image/limits.ts'
import type { Resize } from '../../image/recipe.ts'
import type { Manifest } from '../../model/manifest.ts'
import type { ReportPicture } from '../../report/reportData.ts'
import type { Choice } from '../choose/choose.ts'

/** What may be chosen for a training; everything has a default. */
export interface TrainOptions extends Partial<HeadOptions>, Partial<Fractions> {
  /** A name of the catalog, a graph's path or address, several joined by `+`, or `auto` to have it chosen. */
  readonly backbone?: string
  /** Side of the network's input in pixels; the network's own unless given. */
  readonly inputSize?: number
  readonly resize?: Resize
  /** For a graph of one's own: the network sees `(value - mean) / scale`; one figure, or red, green and blue. */
  readonly mean?: number | readonly number[]
  readonly scale?: number | readonly number[]
  /** For a graph of one's own: its nodes that take the pictures and give the bottleneck. */
  readonly input?: string
  readonly bottleneck?: string
  readonly engine?: EngineChoice
  readonly limits?: Partial<DecodeLimits>
  /** Flipped and cropped variants of each picture to train on beside it; 0 unless given. */
  readonly augment?: number
  /** Makes any skipped picture an error, before anything is written. */
  readonly strict?: boolean
  /** Cross-validated accuracy below which the training fails: nothing is written, and the previous model stays. */
  readonly minAccuracy?: number
  /** Writes `tf_files/report.html`; true unless given. Without cross-validation there is none. */
  readonly report?: boolean
  /** Folder that gets the training curves for TensorBoard. */
  readonly summariesDir?: string
  readonly onEvent?: (event: TrainEvent) => void
  readonly signal?: AbortSignal
}

/** What happens during a training, in this order. */
export type TrainEvent =
  | {
      readonly kind: 'comparing'
      /** At most. */
      readonly candidates: number
      readonly pictures: number
      readonly of: number
    }
  | { readonly kind: 'choosing'; readonly done: number; readonly total: number }
  | { readonly kind: 'chosen'; readonly choice: Choice }
  | { readonly kind: 'scanned'; readonly pictures: number; readonly categories: readonly string[] }
  | { readonly kind: 'download'; readonly received: number; readonly total: number | undefined }
  | ({ readonly kind: 'bottlenecks' } & ExtractProgress)
  | ({ readonly kind: 'variants' } & ExtractProgress)
  | { readonly kind: 'split'; readonly train: number; readonly validation: number; readonly test: number }
  | { readonly kind: 'steps'; readonly done: number; readonly total: number }
  | ({ readonly kind: 'report' } & StepReport)
  | { readonly kind: 'cross-validation' | 'assessment'; readonly done: number; readonly total: number }

/** A picture that the model names differently from its folder. */
export interface Misclassified {
  /** Path under the data folder. */
  readonly relative: string
  readonly label: string
  readonly guess: string
  /** Of the guess, 0 to 1. */
  readonly score: number
}

/** A picture whose bytes lie under several labels. */
export interface LabelConflict {
  readonly labels: readonly string[]
  readonly pictures: readonly string[]
}

export interface TrainResult {
  readonly manifest: Manifest
  /** What `backbone: 'auto'` compared and chose; undefined otherwise. */
  readonly choice?: Choice | undefined
  /** Test pictures named wrong by the model. */
  readonly misclassified: readonly Misclassified[]
  readonly conflicts: readonly LabelConflict[]
  readonly history: readonly StepReport[]
  /** Calibration, doubtful labels, unknowns and more; undefined without cross-validation. */
  readonly assessment: Assessment | undefined
  /** What the cross-validation makes of each picture; empty without it. */
  readonly predictions: readonly ReportPicture[]
  /** Of the model itself, on the test pictures; undefined without any. */
  readonly test: Evaluation | undefined
  /** Path of the report; undefined when none was written. */
  readonly report: string | undefined
  /** What could not be written beside the model, in sentences. */
  readonly warnings: readonly string[]
  /** Bottlenecks that came from the cache. */
  readonly cached: number
  /** Pictures that changed or vanished while the training went on. */
  readonly changed: readonly Skipped[]
}
