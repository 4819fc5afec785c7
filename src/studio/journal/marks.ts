import type { CheckedLabels } from '../../dataset/checked.ts'
import type { Entry } from './entry.ts'

/** Marks are in the journal first: what a crash leaves out is done when it is finished. */
export async function applyMarks(checked: CheckedLabels, { marks = [], unmarks = [] }: Entry): Promise<void> {
  await checked.write(marks)
  await checked.write(unmarks, true)
}
