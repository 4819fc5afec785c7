import type { FeatureMatrix } from '../features/matrix.ts'
import type { HeadSpace } from './space.ts'
import type { StoredRows } from './stored.ts'
import type { Variants } from './variants.ts'

interface Labelled {
  readonly rows: number
  /** Numbers of a row. */
  readonly width: number
  /** Category index of each row. */
  readonly labels: Int32Array
  readonly categories: number
  /** Where the rows are not bottlenecks as they come: then half of a head is a discriminant. */
  readonly space?: HeadSpace | undefined
}

/** Labelled feature rows. */
export interface LabelledMatrix extends Labelled, FeatureMatrix {
  /** More rows to train on; nothing is ever measured on them. */
  readonly variants?: Variants | undefined
}

/** Labelled feature rows that memory has no room for. */
export interface LabelledStore extends Labelled {
  /** These rows, and behind them all their first variants, all second ones and so on, which only train. */
  readonly stored: StoredRows
}

/** Labelled feature rows, wherever they are. */
export type LabelledRows = LabelledMatrix | LabelledStore

export function isStore(data: LabelledRows): data is LabelledStore {
  return 'stored' in data
}
