import { findNear, type Near } from '../../assess/assess.ts'
import type { Dataset } from '../../dataset/scan.ts'
import type { FeatureMatrix } from '../../features/matrix.ts'
import { isStore, type LabelledRows } from '../../head/labelled.ts'
import { someStored } from '../../head/stored.ts'
import { count } from '../../text.ts'
import type { FoldableRows } from './crossValidated.ts'

/** Whether a set's folders say which pictures train, validate and test. */
export function isSplit({ pictures }: Dataset): boolean {
  return pictures.some(({ split }) => split !== undefined)
}

/** A set without the pictures that its folders set apart for testing: what a choice may be made by. */
export function withoutTest(dataset: Dataset): Dataset {
  return { ...dataset, pictures: dataset.pictures.filter(({ split }) => split !== 'test') }
}

/** A sentence about pictures that are tested on although they were learnt. */
export function copyNotes(copies: number): string[] {
  if (copies === 0) return []
  return [
    `${count(copies, 'test picture')} among the training pictures too, byte for byte: the test accuracy flatters.`,
  ]
}

/**
 * What cross-validation is on: those of the rows that are not set apart for testing.
 *
 * @param near of all rows
 */
export async function foldedRows(
  { pictures }: { readonly pictures: Dataset['pictures'] },
  last: FeatureMatrix,
  labels: Int32Array,
  near: Near,
  signal: AbortSignal | undefined,
): Promise<Folded> {
  const rows = [...pictures.keys()].filter(row => pictures[row]!.split !== 'test')
  if (rows.length === pictures.length) return { rows, near }
  const values = pick(last.values, last.width, rows)
  const own = Int32Array.from(rows, row => labels[row]!)
  return { rows, near: await findNear({ values, rows: rows.length, width: last.width }, own, signal) }
}

/** Rows to cross-validate on, and near copies among them. */
export interface Folded {
  readonly rows: readonly number[]
  readonly near: Near
}

/** Some of the rows, in matrices of their own: those of all rows stay as they are. */
export function onlyRows(all: Omit<FoldableRows, 'near'>, { rows, near }: Folded): FoldableRows {
  if (rows.length === all.data.rows) return { ...all, near }
  return { data: labelledRows(all.data, rows), examples: rows.map(row => all.examples[row]!), near }
}

function labelledRows(data: LabelledRows, rows: readonly number[]): LabelledRows {
  const { width, labels } = data
  const own = { rows: rows.length, labels: Int32Array.from(rows, row => labels[row]!) }
  const varied = (copies: number) =>
    Array.from({ length: copies }, (_, at) => rows.map(row => at * data.rows + row)).flat()
  if (isStore(data)) {
    const all = varied(data.stored.rows / data.rows)
    return { ...data, ...own, stored: someStored(data.stored, Int32Array.from(all)) }
  }
  const { variants } = data
  if (variants === undefined) return { ...data, ...own, values: pick(data.values, width, rows) }
  const values = pick(variants.values, width, varied(1 + variants.count))
  const shown = values.subarray(0, rows.length * width)
  return { ...data, ...own, values: shown, variants: { count: variants.count, values } }
}

function pick(values: Float32Array, width: number, rows: readonly number[]): Float32Array {
  const picked = new Float32Array(rows.length * width)
  for (const [to, from] of rows.entries()) picked.set(values.subarray(from * width, (from + 1) * width), to * width)
  return picked
}
