import type { TrainOutcome } from './jobs.ts'
import type { ModelState } from './model.ts'

// GET api/results

/** Of the model that is there; tables are empty unless it was trained here. */
export interface Results {
  readonly model: ModelState | null
  readonly labels: readonly string[]
  /** [given][predicted]: numbers of pictures, each named by a head that never saw it. */
  readonly confusion: readonly (readonly number[])[]
  readonly perCategory: readonly {
    readonly label: string
    readonly pictures: number
    readonly right: number
    readonly recall: number | null
    readonly recallInterval: readonly [number, number]
    readonly precision: number | null
  }[]
  /** Pictures → accuracy with its interval; forecasts behind the last measured one. */
  readonly curve: readonly {
    readonly pictures: number
    readonly accuracy: number
    readonly low: number
    readonly high: number
    readonly forecast: boolean
  }[]
  /** Which best score gives which precision, and how many pictures reach it. */
  readonly scores: readonly { readonly score: number; readonly precision: number; readonly share: number }[]
  /** Trained, or null. */
  readonly last: TrainOutcome | null
  /** Whether `report` can be opened. */
  readonly report: boolean
  readonly mistakes: readonly {
    readonly id: number | null
    readonly path: string
    readonly given: string
    readonly predicted: string
    readonly score: number
  }[]
}
