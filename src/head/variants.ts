/**
 * Rows that only train: changed copies of the rows of a matrix. They go where their originals go, into every split and
 * fold, and nothing is measured on them.
 */
export interface Variants {
  /** Of each row. */
  readonly count: number
  /** The matrix itself, then all rows' first variants, then the second ones: [(1 + count) * rows, width]. */
  readonly values: Float32Array
}

interface Rows {
  readonly values: Float32Array
  readonly rows: number
  readonly labels: Int32Array
  readonly variants?: Variants | undefined
}

/** Category of every row that may train, variants included. */
export function trainingLabels({
  labels,
  variants,
}: {
  readonly labels: Int32Array
  readonly variants?: Pick<Variants, 'count'> | undefined
}): Int32Array {
  return variants ? repeated(labels, 1 + variants.count, new Int32Array(labels.length * (1 + variants.count))) : labels
}

/** What trains: rows, the category of each, and which of them train which heads. */
interface TrainingRows {
  readonly features: Float32Array
  readonly rows: number
  readonly labels: Int32Array
  /** [rows, heads] */
  readonly active: Float32Array
}

/**
 * Everything that may train.
 *
 * @param active which rows train which heads, [rows, heads]: variants train those that their originals do
 */
export function trainingRows(data: Rows, active: Float32Array): TrainingRows {
  const { values, rows, variants } = data
  const labels = trainingLabels(data)
  if (!variants) return { features: values, rows, labels, active }
  const copies = 1 + variants.count
  const all = repeated(active, copies, new Float32Array(active.length * copies))
  return { features: variants.values, rows: rows * copies, labels, active: all }
}

function repeated<T extends Int32Array | Float32Array>(values: T, times: number, target: T): T {
  for (let turn = 0; turn < times; turn++) target.set(values, turn * values.length)
  return target
}
