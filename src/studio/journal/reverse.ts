import { lstat } from 'node:fs/promises'
import { basename } from 'node:path'
import { UserError } from '../../errors.ts'
import type { Conflict, EntryTitle } from '../api.ts'
import { openPath, type StudioFolder } from '../pictures/folder.ts'
import type { PictureTable } from '../pictures/table.ts'
import type { Entry, Move } from './entry.ts'
import type { Draft } from './operations.ts'
import { FreeNames, placeOf, trashPath } from './plan.ts'

/** What undo and redo would take up next. */
export interface Stacks {
  readonly undo: readonly Entry[]
  readonly redo: readonly Entry[]
}

/** Reads the journal as a person's undo and redo: a new entry clears what could be done again. */
export function stacksOf(entries: readonly Entry[]): Stacks {
  const undo: Entry[] = []
  let redo: Entry[] = []
  for (const entry of entries) {
    if (entry.state !== 'done' || (entry.kind === 'upload' && entry.moves.length === 0 && !entry.undoes)) continue
    if (entry.undoes !== undefined) {
      undo.pop()
      redo.push(entry)
    } else {
      if (entry.redoes !== undefined) redo.pop()
      else redo = []
      undo.push(entry)
    }
  }
  return { undo, redo }
}

export function titleOf(entry: Entry | undefined): EntryTitle | null {
  return entry === undefined ? null : { entry: entry.id, title: entry.title }
}

/** The latest entry, if that is the one that the page showed. @throws UserError `E_NOT_LATEST` */
export function latest(stack: readonly Entry[], expected: unknown, what: 'undo' | 'redo'): Entry {
  const entry = stack.at(-1)
  if (entry !== undefined && entry.id === expected) return entry
  const message =
    entry === undefined
      ? `There is nothing to ${what}.`
      : `Something else came first: the latest is now "${entry.title}".`
  throw new UserError('E_NOT_LATEST', message, { hint: 'Another tab may have been quicker.' })
}

/**
 * The entry that takes another one back: its moves the other way round, of files that are as that entry left them. Others
 * stay and are named. What was uploaded goes to the trash: nothing is ever deleted.
 */
export async function reverseOf(
  { folder, table, id }: { folder: StudioFolder; table: PictureTable; id: string },
  entry: Entry,
): Promise<Draft> {
  const names = new FreeNames(folder.root)
  const moves: Move[] = []
  const conflicts: Conflict[] = []
  for (const move of entry.moves) {
    const reason = await changedSince(folder.root, move)
    if (reason !== undefined) {
      const row = table.at(move.to)
      conflicts.push({ id: row?.id ?? -1, name: basename(move.to), reason, place: placeOf(folder, move.to) ?? null })
      continue
    }
    const home = entry.kind === 'upload' && entry.undoes === undefined && entry.redoes === undefined
    const target = home ? trashPath(folder, move.to, id) : move.from
    moves.push({ ...move, from: move.to, to: move.folder ? target : await names.take(target) })
  }
  const { kind, title, makes, removes, marks, unmarks, renames } = entry
  return {
    conflicts,
    settled: [],
    entry: {
      kind,
      title,
      moves,
      ...(removes && { makes: removes }),
      ...(makes && { removes: makes }),
      ...(unmarks && { marks: unmarks }),
      ...(marks && { unmarks: marks }),
      ...(renames && { renames: { from: renames.to, to: renames.from } }),
    },
  }
}

async function changedSince(root: string, move: Move): Promise<string | undefined> {
  const stat = await lstat(openPath(root, move.to)).catch(() => undefined)
  if (stat === undefined) return 'It is no longer there.'
  if (move.folder) {
    const back = await lstat(openPath(root, move.from)).catch(() => undefined)
    const taken = back !== undefined && move.via === undefined
    return taken ? `Something else is called ${basename(move.from)} now.` : undefined
  }
  return stat.size === move.size && stat.mtimeMs === move.mtimeMs ? undefined : 'Another program has changed it.'
}
