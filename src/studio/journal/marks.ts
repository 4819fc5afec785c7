import type { CheckedLabels } from '../../dataset/checked.ts'
import type { PictureRow } from '../pictures/table.ts'
import type { Entry, Mark } from './entry.ts'

/** That pictures are rightly where they are. @param shaOf of a picture, read now if need be */
export async function marksOf(
  rows: readonly PictureRow[],
  shaOf: (row: PictureRow) => Promise<string>,
): Promise<Mark[]> {
  const marks: Mark[] = []
  for (const row of rows) marks.push({ sha256: await shaOf(row), label: row.place })
  return marks
}

/** What was checked stays checked under a category's new name. */
export function marksKept(
  { renames }: Pick<Entry, 'renames'>,
  rows: Iterable<PictureRow>,
  checked: CheckedLabels,
): Mark[] | undefined {
  if (renames === undefined) return undefined
  const { from, to } = renames
  return [...rows].flatMap(({ place, sha256 }) =>
    place === from && sha256 !== undefined && checked.has(sha256, from) ? [{ sha256, label: to }] : [],
  )
}

/** Marks are in the journal first: what a crash leaves out is done when it is finished. */
export async function applyMarks(checked: CheckedLabels, { marks = [], unmarks = [] }: Entry): Promise<void> {
  await checked.write(marks)
  await checked.write(unmarks, true)
}
