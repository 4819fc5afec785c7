import type { Backbone, Found } from '../../backbone/backbone.ts'
import type { ExtractProgress } from '../../features/options.ts'
import type { StepReport } from '../../head/train.ts'
import type { Choice } from '../choose/choice.ts'

/** What happens during a training, in this order. */
export type TrainEvent = {
  /** Of the whole training. Undefined while nothing has been measured, neither now nor in the last one. */
  readonly secondsLeft?: number
} & (
  | {
      readonly kind: 'comparing'
      /** As many as there may be; the comparison may end before. */
      readonly candidates: number
      readonly pictures: number
      readonly of: number
    }
  /** Some pictures' worth of work; `atMost` until it is known whether all candidates are tried. */
  | { readonly kind: 'choosing'; readonly done: number; readonly total: number; readonly atMost: boolean }
  | { readonly kind: 'chosen'; readonly choice: Choice }
  | {
      readonly kind: 'scanned'
      readonly pictures: number
      readonly categories: readonly string[]
      /** Whether the folders say which pictures train, validate and test. */
      readonly split: boolean
      /** Where the pictures lie, and the working folder that gets the model. */
      readonly folders: readonly string[]
      readonly root: string
    }
  | { readonly kind: 'download'; readonly received: number; readonly total: number | undefined }
  /** A network that the user brought: what was found in it, and what is assumed. */
  | ({ readonly kind: 'network' } & Pick<Backbone, 'name' | 'recipe' | 'features'> & Found)
  | ({ readonly kind: 'bottlenecks' } & ExtractProgress)
  /** Of features that were computed elsewhere: how many are at hand, of how many; the head learns from all. */
  | { readonly kind: 'drawn'; readonly pictures: number; readonly of: number }
  | ({ readonly kind: 'variants' } & ExtractProgress)
  | { readonly kind: 'split'; readonly train: number; readonly validation: number; readonly test: number }
  /** Of very many pictures, before the steps: pictures' worth of work. */
  | { readonly kind: 'discriminants'; readonly done: number; readonly total: number }
  | { readonly kind: 'steps'; readonly done: number; readonly total: number }
  | ({ readonly kind: 'report' } & StepReport)
  | { readonly kind: 'cross-validation' | 'assessment'; readonly done: number; readonly total: number }
)
