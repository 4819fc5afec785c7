import type { FeatureMatrix } from '../features/matrix.ts'
import type { HeadSpace } from './space.ts'
import type { Variants } from './variants.ts'

/** Labelled feature rows. */
export interface LabelledMatrix extends FeatureMatrix {
  /** Category index of each row. */
  readonly labels: Int32Array
  readonly categories: number
  /** More rows to train on; nothing is ever measured on them. */
  readonly variants?: Variants | undefined
  /** Where the rows are not bottlenecks as they come: then half of a head is a discriminant. */
  readonly space?: HeadSpace | undefined
}
