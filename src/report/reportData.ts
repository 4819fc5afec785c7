import type { CertaintyPoint } from '../assess/certainty.ts'
import type { LabelDoubt } from '../assess/doubtful.ts'
import type { NearDuplicate, Outlier } from '../assess/duplicates.ts'
import type { LearningCurve } from '../assess/learningCurve.ts'
import type { Separation } from '../assess/leaveOut.ts'
import type { Evaluation } from '../assess/metrics.ts'
import type { Refusal, Short } from '../dataset/refusals.ts'

/** A picture and what the classifier took it for. */
export interface ReportPicture {
  /** As shown, and as given to the thumbnail callback: `category/file.jpg` under data/. */
  readonly path: string
  /** Category indices. */
  readonly given: number
  readonly predicted: number
  /** Calibrated score of `predicted`, 0 to 1. */
  readonly score: number
}

/** A point of the training curves; undefined figures are left out. */
export interface ReportStep {
  readonly step: number
  readonly trainAccuracy: number
  readonly crossEntropy: number
  readonly validationAccuracy?: number | undefined
  readonly validationCrossEntropy?: number | undefined
}

/** All that the report shows. Rows in `doubts`, `duplicates` and `outliers` are indices of `pictures`. */
export interface ReportData {
  /** What was trained, such as the folder's name. */
  readonly title: string
  /** Folder names, underscores and all. */
  readonly categories: readonly string[]
  /** Every picture, each predicted by a head that never saw it; or those of the folder evaluated. */
  readonly pictures: readonly ReportPicture[]
  /** Where their files are, seen from the page, with a `/` behind: thumbnails link there. */
  readonly base?: string | undefined
  /** Figures of `pictures`. */
  readonly evaluation: Evaluation
  /** How `pictures` were predicted. */
  readonly basis: { readonly kind: 'cross-validation'; readonly folds: number } | { readonly kind: 'folder' }
  /** Pictures of a folder evaluated that the classifier was trained on: they flatter it. */
  readonly learnt?: number | undefined
  /** Pictures of a folder evaluated that are unlike anything learnt, by their paths. */
  readonly strangers?: readonly string[] | undefined
  /** Of the head in use, on the pictures kept for the final test. */
  readonly test?: Evaluation | undefined
  readonly calibration?: CalibrationChange | undefined
  readonly history?: readonly ReportStep[] | undefined
  readonly curve?: LearningCurve | undefined
  readonly doubts?: readonly LabelDoubt[] | undefined
  readonly duplicates?: readonly NearDuplicate[] | undefined
  readonly outliers?: readonly Outlier[] | undefined
  readonly separation?: Separation | undefined
  /** Which best score gives which precision. */
  readonly certainty?: readonly CertaintyPoint[] | undefined
  /** What is wrong with most of the set, in sentences: then there are no `doubts`. */
  readonly spoilt?: readonly string[] | undefined
  /** `skipped` by the reason, and the categories that it leaves short of pictures. */
  readonly refusals?: readonly Refusal[] | undefined
  readonly short?: readonly Short[] | undefined
  readonly skipped: readonly { readonly path: string; readonly reason: string }[]
  readonly recipe: ReportRecipe
}

/** Calibration errors before and after the temperature was fitted. */
interface CalibrationChange {
  readonly temperature: number
  readonly before: number | null
  readonly after: number | null
}

interface ReportRecipe {
  /** The command that does it again. */
  readonly command: string
  /** Settings that decide the result, in the order shown: seed, steps, backbone and its checksum, versions. */
  readonly settings: readonly (readonly [name: string, value: string])[]
}

/** A picture in small, as a data: URI, about 240 px and 8 KB; undefined when it cannot be had. */
export type Thumbnail = (path: string) => Promise<string | undefined>
