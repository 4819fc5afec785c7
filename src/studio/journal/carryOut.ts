import { basename } from 'node:path'
import type { CheckedLabels } from '../../dataset/checked.ts'
import { UserError } from '../../errors.ts'
import { renameLabel } from '../../model/rename.ts'
import type { Conflict } from '../api.ts'
import type { StudioFolder } from '../pictures/folder.ts'
import { listCategories } from '../pictures/scan.ts'
import type { PictureTable } from '../pictures/table.ts'
import { applyMoves } from './applied.ts'
import type { Entry, Move } from './entry.ts'
import type { Journal } from './journal.ts'
import { applyMarks } from './marks.ts'
import { makeFolders, performMoves, removeEmpty } from './perform.ts'

/** What an entry is carried out on. */
export interface Ground {
  readonly folder: StudioFolder
  readonly table: PictureTable
  readonly journal: Journal
  readonly checked: CheckedLabels
}

export interface CarriedOut {
  readonly done: readonly Move[]
  /** Ids of the pictures that moved. */
  readonly moved: readonly number[]
  readonly conflicts: readonly Conflict[]
}

/** Writes a planned entry to the journal, does what it says, and writes that it is done. What can't be moved stays and is told. */
export async function carryOut({ folder, table, journal, checked }: Ground, entry: Entry): Promise<CarriedOut> {
  const { root } = folder
  await journal.begin(entry)
  await makeFolders(root, entry.makes)
  const { done, failed } = await performMoves(root, entry.moves)
  await removeEmpty(root, entry.removes)
  await applyMarks(checked, entry)
  const warning = await rename(root, entry)
  await journal.done(entry.id, done)
  const moved = applyMoves(folder, table, done)
  if (touchesCategories(entry)) table.setCategories(await listCategories(folder))
  const left = failed.map(({ move, reason }) => {
    const row = table.at(move.from)
    return { id: row?.id ?? -1, name: basename(move.from), reason: `It stays: ${reason}.`, place: row?.place ?? null }
  })
  return { done, moved, conflicts: [...left, ...warning] }
}

/** Moves into a category that had gone bring it back. */
function touchesCategories({ makes, removes, kind, undoes, redoes }: Entry): boolean {
  const moves = kind.startsWith('category') || kind === 'restore'
  return moves || [makes, removes, undoes, redoes].some(part => part !== undefined)
}

/** Nothing to do is no entry: undo would take back what nobody saw. Of an undo that finds nothing to move it is one. */
export function isEmpty({ moves, makes, removes, marks, unmarks, undoes, redoes }: Entry): boolean {
  const parts = [moves, makes, removes, marks, unmarks]
  return undoes === undefined && redoes === undefined && parts.every(part => part === undefined || part.length === 0)
}

async function rename(root: string, { renames }: Entry): Promise<readonly Conflict[]> {
  if (renames === undefined) return []
  try {
    await renameLabel(root, renames.from, renames.to)
    return []
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    const reason = `The model still calls it ${renames.from}: ${error.message}`
    return [{ id: -1, name: renames.to, reason, place: renames.to }]
  }
}
