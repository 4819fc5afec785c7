import type { FeatureMatrix } from '../features/matrix.ts'
import { MOST_KERNEL_ROWS } from './kernel.ts'
import type { HeadSpace } from './space.ts'
import type { StoredRows } from './stored.ts'
import { trainingLabels, type Variants } from './variants.ts'

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
  /** The stored rows, where memory has room for them after all: [stored.rows, width]. */
  readonly features?: Float32Array | undefined
}

/** Labelled feature rows, wherever they are. */
export type LabelledRows = LabelledMatrix | LabelledStore

/**
 * Rows that are too many for products of rows with rows, as a store: only some are looked at at a time, wherever they are, and both
 * halves of a head answer for them as one. Undefined for fewer.
 */
export function storeOf(data: LabelledRows): LabelledStore | undefined {
  if (isStore(data)) return data
  const { values, variants, ...labelled } = data
  const labels = trainingLabels(data)
  if (labels.length <= MOST_KERNEL_ROWS) return undefined
  const features = variants?.values ?? values
  const read = async (chosen: Int32Array, memory?: Float32Array) => gathered(features, data.width, chosen, memory)
  return { ...labelled, stored: { rows: labels.length, labels, read }, features }
}

/** Some rows of a matrix. @param memory for them, where it is enough */
export function gathered(
  features: Float32Array,
  width: number,
  chosen: Int32Array,
  memory?: Float32Array,
): Float32Array {
  const numbers = chosen.length * width
  const values = memory && memory.length >= numbers ? memory.subarray(0, numbers) : new Float32Array(numbers)
  for (const [to, row] of chosen.entries()) {
    values.set(features.subarray(row * width, (row + 1) * width), to * width)
  }
  return values
}

export function isStore(data: LabelledRows): data is LabelledStore {
  return 'stored' in data
}
