import type { EngineChoice } from '../../engine/load.ts'
import type { DecodeLimits } from '../../image/limits.ts'
import type { TrainOptions } from '../train/options.ts'
import type { Finding } from './findings.ts'

/** How pictures are looked at; as the model there was trained, or as `train` would, unless given. */
export interface ExamineOptions
  extends Pick<
    TrainOptions,
    'backbone' | 'inputSize' | 'resize' | 'steps' | 'batch' | 'learningRate' | 'seed' | 'folds'
  > {
  readonly engine?: EngineChoice
  /** As in a training; where its model was trained with them, unless given. */
  readonly data?: string | readonly string[]
  readonly followLinks?: boolean
  /** Tells of labels, too, that were checked in the studio. */
  readonly all?: boolean | undefined
  /** Writes a page (.html) there with the findings as pictures, replacing nothing but such a page. */
  readonly report?: string | undefined
  /** Writes the findings there as a table, replacing nothing but such a table. */
  readonly csv?: string | undefined
  readonly limits?: Partial<DecodeLimits>
  readonly onEvent?: (event: ExamineEvent) => void
  readonly signal?: AbortSignal | undefined
}

/** How far an examination has come; kinds in this order, those with nothing to do left out. */
export interface ExamineEvent {
  readonly kind: 'download' | 'bottlenecks' | 'quality' | 'cross-validation'
  readonly done: number
  readonly total: number
}

export interface Examination {
  readonly categories: readonly string[]
  /** Pictures that can be used. */
  readonly pictures: number
  /** The networks whose bottlenecks were compared. */
  readonly backbones: readonly string[]
  /** The most harmful kinds first; doubtful labels ranked. */
  readonly findings: readonly Finding[]
  /** What is to be said of the cache of bottlenecks, in sentences. */
  readonly notes: readonly string[]
  /** Rows among which look-alikes and outliers were looked for: a sample, where pictures are very many. */
  readonly compared: number
  /** Where the page and the table were written. */
  readonly report: string | undefined
  readonly csv: string | undefined
}
