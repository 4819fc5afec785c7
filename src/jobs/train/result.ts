import type { Assessment } from '../../assess/assess.ts'
import type { Evaluation } from '../../assess/metrics.ts'
import type { Refusal, Short } from '../../dataset/refusals.ts'
import type { Skipped } from '../../dataset/scan.ts'
import type { StepReport } from '../../head/train.ts'
import type { Manifest } from '../../model/manifest.ts'
import type { ReportPicture } from '../../report/reportData.ts'
import type { Choice } from '../choose/choice.ts'
import type { Spoilt } from '../doctor/spoilt.ts'

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
  /** The working folder that the model was written to. */
  readonly folder: string
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
  /** What is wrong with most of the set: then nothing is said of its labels. Empty for most sets. */
  readonly spoilt: readonly Spoilt[]
  /** What could not be used, by the reason, and the categories that it leaves short of pictures. */
  readonly refusals: readonly Refusal[]
  readonly short: readonly Short[]
  /** Bottlenecks that came from the cache. */
  readonly cached: number
  /** Pictures that changed or vanished while the training went on. */
  readonly changed: readonly Skipped[]
}
