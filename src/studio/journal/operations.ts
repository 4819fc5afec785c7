import { join } from 'node:path'
import { UserError } from '../../errors.ts'
import { list } from '../../text.ts'
import type { Chosen, Conflict, OpRequest, Place } from '../api.ts'
import { type StudioFolder, shownPath } from '../pictures/folder.ts'
import { checkCategoryName, sameName } from '../pictures/names.ts'
import { shownPlace, TRASH, UNLABELED } from '../pictures/place.ts'
import type { PictureRow, PictureTable } from '../pictures/table.ts'
import type { Entry, EntryKind, Move } from './entry.ts'
import { beforeTrash, chosenRows, FreeNames, movesTo, trashPath, unchangedRows } from './plan.ts'

/** What an operation comes to: an entry that is yet to be begun, and what it leaves out. */
export interface Draft {
  readonly entry: Omit<Entry, 'v' | 'id' | 'at' | 'state'>
  readonly conflicts: readonly Conflict[]
  /** Pictures that are already where they were to go. */
  readonly settled: readonly number[]
  /** Pictures to mark as checked: their hashes are not known until they are read. */
  readonly marking?: readonly PictureRow[]
}

interface Here {
  readonly folder: StudioFolder
  readonly table: PictureTable
  /** Of the entry to be. */
  readonly id: string
}

/** Looks at what is there and plans. Changes nothing. @throws UserError for names and categories that can't be */
export async function draftOf(here: Here, request: OpRequest): Promise<Draft> {
  switch (request.op) {
    case 'label':
      return moveTo(here, 'label', request, knownCategory(here.table, request.to))
    case 'unlabel':
      return moveTo(here, 'unlabel', request, UNLABELED)
    case 'trash':
      return moveTo(here, 'trash', request, TRASH)
    case 'restore':
      return restore(here, request)
    case 'check':
    case 'uncheck':
      return check(here, request.op, request)
    case 'category.add':
      return addCategory(here, request.to)
    case 'category.rename':
      return renameCategory(here, request.from, request.to)
    case 'category.merge':
      return mergeCategory(here, request.from, request.to)
    case 'category.remove':
      return removeCategory(here, request.from, request.to ?? UNLABELED)
    default:
      throw new UserError('E_BAD_VALUE', 'There is no such operation.')
  }
}

async function moveTo({ folder, table, id }: Here, kind: EntryKind, chosen: Chosen, place: Place): Promise<Draft> {
  const { rows, conflicts } = chosenRows(table, chosen)
  const away = await unchangedRows(
    folder.root,
    rows.filter(row => row.place !== place),
  )
  const moves = await movesTo(folder, away.rows, place, id)
  return {
    entry: { kind, title: chosen.title?.slice(0, 80) ?? titleOf(moves, shownPlace(place)), moves },
    conflicts: [...conflicts, ...away.conflicts],
    settled: rows.filter(row => row.place === place).map(row => row.id),
  }
}

async function restore({ folder, table }: Here, chosen: Chosen): Promise<Draft> {
  const { rows, conflicts } = chosenRows(table, chosen)
  const away = await unchangedRows(
    folder.root,
    rows.filter(row => row.place === TRASH),
  )
  const names = new FreeNames(folder.root)
  const moves: Move[] = []
  for (const { path, sha256 = null, size, mtimeMs } of away.rows) {
    moves.push({ from: path, to: await names.take(beforeTrash(folder, path)), sha256, size, mtimeMs })
  }
  return {
    entry: { kind: 'restore', title: titleOf(moves, 'back'), moves },
    conflicts: [...conflicts, ...away.conflicts],
    settled: rows.filter(row => row.place !== TRASH).map(row => row.id),
  }
}

async function check({ folder, table }: Here, kind: 'check' | 'uncheck', chosen: Chosen): Promise<Draft> {
  const { rows, conflicts } = chosenRows(table, chosen)
  const here = await unchangedRows(folder.root, rows)
  const count = here.rows.length
  const title = `${count} ${kind === 'check' ? 'checked' : 'no longer checked'}`
  return {
    entry: { kind, title: chosen.title?.slice(0, 80) ?? title, moves: [] },
    conflicts: [...conflicts, ...here.conflicts],
    settled: [],
    marking: here.rows,
  }
}

function addCategory({ folder, table }: Here, given: string): Draft {
  const name = checkCategoryName(given, table.categories)
  return {
    entry: {
      kind: 'category.add',
      title: `new category ${shownPlace(name)}`,
      moves: [],
      makes: [pathOf(folder, name)],
    },
    ...NOTHING_ELSE,
  }
}

function renameCategory({ folder, table, id }: Here, given: string, wanted: string): Draft {
  const from = freeCategory({ folder, table }, given)
  const to = checkCategoryName(
    wanted,
    table.categories.filter(name => name !== from),
  )
  if (to === from) return { entry: { kind: 'category.rename', title: '', moves: [] }, ...NOTHING_ELSE }
  const move: Move = {
    from: pathOf(folder, from),
    to: pathOf(folder, to),
    sha256: null,
    size: 0,
    mtimeMs: 0,
    folder: true,
    ...(sameName(from, to) && { via: pathOf(folder, `.itc-rename-${id}`) }),
  }
  const title = `${shownPlace(from)} renamed to ${shownPlace(to)}`
  return { entry: { kind: 'category.rename', title, moves: [move], renames: { from, to } }, ...NOTHING_ELSE }
}

async function mergeCategory(here: Here, given: string, wanted: string): Promise<Draft> {
  const { folder, table } = here
  const [from, to] = [freeCategory(here, given), knownCategory(table, wanted)]
  if (from === to) throw new UserError('E_BAD_VALUE', 'A category can not be merged into itself.')
  const moved = await moveTo(here, 'category.merge', { ids: idsIn(table, from) }, to)
  const title = `${shownPlace(from)} merged into ${shownPlace(to)}`
  return { ...moved, entry: { ...moved.entry, title, removes: [pathOf(folder, from)] } }
}

/** Pictures go where they are told; what else lies in the folder goes to the trash with it. */
async function removeCategory(here: Here, given: string, place: Place): Promise<Draft> {
  const { folder, table, id } = here
  const from = freeCategory(here, given)
  const title = `${shownPlace(from)} removed`
  const path = pathOf(folder, from)
  if (place === TRASH) {
    const move: Move = { from: path, to: trashPath(folder, path, id), sha256: null, size: 0, mtimeMs: 0, folder: true }
    return { entry: { kind: 'category.remove', title, moves: [move] }, ...NOTHING_ELSE }
  }
  if (place !== UNLABELED) throw new UserError('E_BAD_VALUE', 'A category is removed to unlabelled or to the trash.')
  const moved = await moveTo(here, 'category.remove', { ids: idsIn(table, from) }, UNLABELED)
  return { ...moved, entry: { ...moved.entry, title, removes: [path] } }
}

const NOTHING_ELSE = { conflicts: [], settled: [] } as const

function idsIn(table: PictureTable, place: Place): number[] {
  return [...table.rows()].filter(row => row.place === place).map(row => row.id)
}

function pathOf({ root, data }: StudioFolder, category: string): string {
  return shownPath(root, join(data, category))
}

/** @throws UserError `E_NO_CATEGORY`: so no other text ever becomes a path */
export function knownCategory(table: PictureTable, name: unknown): string {
  if (typeof name === 'string' && table.categories.includes(name)) return name
  throw new UserError('E_NO_CATEGORY', `There is no category "${String(name)}" (any more).`, {
    hint: 'It may have been renamed or removed elsewhere.',
  })
}

/** A category that is in no part of the set which stays as it is: it would be another there. @throws UserError `E_BAD_VALUE` */
function freeCategory({ folder, table }: Pick<Here, 'folder' | 'table'>, name: unknown): string {
  const category = knownCategory(table, name)
  const others = folder.kept.filter(({ categories }) => categories.includes(category)).map(each => `"${each.folder}"`)
  if (others.length === 0) return category
  const where = list(others, others.length)
  throw new UserError(
    'E_BAD_VALUE',
    `"${shownPlace(category)}" is a category of ${where} too, which studio leaves as it is.`,
    {
      hint: 'End studio, rename or remove its folders in all parts of the set, and start studio again.',
    },
  )
}

function titleOf(moves: readonly Move[], where: string): string {
  const [first] = moves
  const what = moves.length === 1 && first ? first.from.slice(first.from.lastIndexOf('/') + 1) : String(moves.length)
  return `${what} → ${where}`
}
