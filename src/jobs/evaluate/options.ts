import type { Evaluation } from '../../assess/metrics.ts'
import type { Refusal, Short } from '../../dataset/refusals.ts'
import type { Skipped } from '../../dataset/scan.ts'
import type { Split } from '../../dataset/split.ts'
import type { EngineChoice } from '../../engine/load.ts'
import type { DecodeLimits } from '../../image/limits.ts'
import type { Misclassified } from '../train/result.ts'

/** What may be chosen for an evaluation; everything has a default. */
export interface EvaluateOptions {
  readonly engine?: EngineChoice
  /** Takes links to folders for folders. */
  readonly followLinks?: boolean
  readonly limits?: Partial<DecodeLimits>
  /** File that gets the report as an HTML page. */
  readonly report?: string
  readonly onEvent?: (event: EvaluateEvent) => void
  readonly signal?: AbortSignal | undefined
}

/** What happens during an evaluation, in this order. */
export type EvaluateEvent =
  | { readonly kind: 'scanned'; readonly pictures: number; readonly categories: readonly string[] }
  | { readonly kind: 'named'; readonly done: number; readonly total: number }

/** A picture that the model names differently from its folder, with what it gave the folder's category. */
export interface Mistake extends Misclassified {
  readonly labelScore: number
}

export interface EvaluateResult {
  /** The part that was measured of a set that is already split; undefined for one that is not. */
  readonly part: Split | undefined
  /** The model's, all of them: the order of the evaluation's categories. */
  readonly labels: readonly string[]
  readonly evaluation: Evaluation
  /** The mistake that the model was surest of first. */
  readonly mistakes: readonly Mistake[]
  /** Folders that are none of the model's categories, and took no part. */
  readonly unknown: readonly { readonly folder: string; readonly pictures: number }[]
  /** The model's categories of which there are no pictures. */
  readonly absent: readonly string[]
  /** Pictures that the model calls unlike anything learnt; undefined when it can't tell. */
  readonly unfamiliar: { readonly pictures: number; readonly share: number } | undefined
  /** Pictures that lie in the model's data folder too: figures flatter by them. Undefined when that folder is gone. */
  readonly learnt: number | undefined
  readonly skipped: readonly Skipped[]
  /** `skipped` by the reason, and the categories that it leaves short of pictures. */
  readonly refusals: readonly Refusal[]
  readonly short: readonly Short[]
  readonly report: string | undefined
}
