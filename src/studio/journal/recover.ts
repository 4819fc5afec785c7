import type { CheckedLabels } from '../../dataset/checked.ts'
import { renameLabel } from '../../model/rename.ts'
import type { Entry, Move } from './entry.ts'
import type { Journal } from './journal.ts'
import { applyMarks } from './marks.ts'
import { makeFolders, removeEmpty, settleMove } from './perform.ts'

/**
 * Finishes the entries that a crash cut short, by looking where their files are. Batches of uploads that were never ended
 * end with what arrived.
 *
 * @returns a sentence for each move that can't be settled
 */
export async function finishPlanned(root: string, journal: Journal, checked: CheckedLabels): Promise<string[]> {
  const unsettled: string[] = []
  for (const entry of journal.entries()) {
    if (entry.state === 'open') await journal.done(entry.id, entry.moves)
    if (entry.state === 'planned') unsettled.push(...(await finish(root, journal, checked, entry)))
  }
  return unsettled
}

async function finish(root: string, journal: Journal, checked: CheckedLabels, entry: Entry): Promise<string[]> {
  const unsettled: string[] = []
  const moves: Move[] = []
  await makeFolders(root, entry.makes)
  for (const move of entry.moves) {
    const settled = await settleMove(root, move)
    if ('move' in settled) moves.push(settled.move)
    else unsettled.push(settled.unsettled)
  }
  await removeEmpty(root, entry.removes)
  await applyMarks(checked, entry)
  const { renames } = entry
  if (renames) await renameLabel(root, renames.from, renames.to).catch(() => undefined) // the next training does
  await journal.done(entry.id, moves)
  return unsettled
}
