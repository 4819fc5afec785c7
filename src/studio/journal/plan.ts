import { lstat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Chosen, Conflict, Place } from '../api.ts'
import { openPath, type StudioFolder, shownPath } from '../pictures/folder.ts'
import { candidateNames } from '../pictures/names.ts'
import { isCategory, shownPlace, TRASH, UNLABELED } from '../pictures/place.ts'
import type { PictureRow, PictureTable } from '../pictures/table.ts'
import type { Move } from './entry.ts'

/** Pictures that are as they were believed to be, and those that are not. */
export interface Sorted {
  readonly rows: readonly PictureRow[]
  readonly conflicts: readonly Conflict[]
}

/** Finds the pictures of a request. */
export function chosenRows(table: PictureTable, { ids, files, from }: Chosen): Sorted {
  const rows: PictureRow[] = []
  const conflicts: Conflict[] = []
  const expected = (at: number): Place | undefined => (typeof from === 'string' ? from : from?.[at])
  const offer = (row: PictureRow | undefined, at: number, id: number, name: string) => {
    const place = expected(at)
    if (row === undefined) conflicts.push({ id, name, reason: 'It is no longer there.', place: null })
    else if (place !== undefined && row.place !== place) {
      const reason = `It lies in ${shownPlace(row.place)} now.`
      conflicts.push({ id: row.id, name: basename(row.path), reason, place: row.place })
    } else rows.push(row)
  }
  ids?.forEach((id, at) => {
    offer(table.get(id), at, id, '')
  })
  files?.forEach(({ path, sha256 }, at) => {
    const there = table.at(path)
    const same = sha256 === null || there?.sha256 === undefined || there.sha256 === sha256
    const row = there && same ? there : sha256 === null ? undefined : table.withSha(sha256)[0]
    offer(row, at, -1, basename(path))
  })
  return { rows: [...new Set(rows)], conflicts }
}

/** Leaves out what another program has changed, and links, whose target a move would lose. */
export async function unchangedRows(root: string, rows: readonly PictureRow[]): Promise<Sorted> {
  const kept: PictureRow[] = []
  const conflicts: Conflict[] = []
  for (const row of rows) {
    const stat = await lstat(openPath(root, row.path)).catch(() => undefined)
    const reason =
      stat === undefined
        ? 'It is no longer there.'
        : stat.isSymbolicLink()
          ? 'It is a link; links stay where they are.'
          : stat.size !== row.size || stat.mtimeMs !== row.mtimeMs
            ? 'Another program has changed it.'
            : undefined
    if (reason === undefined) kept.push(row)
    else conflicts.push({ id: row.id, name: basename(row.path), reason, place: stat ? row.place : null })
  }
  return { rows: kept, conflicts }
}

/** Gives out names that are free on the disk, each once. */
export class FreeNames {
  readonly #root: string
  readonly #taken = new Set<string>()

  constructor(root: string) {
    this.#root = root
  }

  /** @param path where the file would go, were the name free; see `shownPath` */
  async take(path: string): Promise<string> {
    const folder = path.slice(0, path.lastIndexOf('/') + 1)
    for (const name of candidateNames(path.slice(folder.length))) {
      const candidate = folder + name
      const key = candidate.normalize('NFC').toLowerCase()
      if (this.#taken.has(key)) continue
      if (await lstat(openPath(this.#root, candidate)).catch(() => undefined)) continue
      this.#taken.add(key)
      return candidate
    }
    throw new Error('names never end')
  }
}

/** Moves of pictures to a place, each under its own name where that is free. */
export async function movesTo(
  folder: StudioFolder,
  rows: readonly PictureRow[],
  place: Place,
  entry: string,
): Promise<Move[]> {
  const names = new FreeNames(folder.root)
  const moves: Move[] = []
  for (const row of rows) {
    const { path, sha256 = null, size, mtimeMs } = row
    moves.push({ from: path, to: await names.take(targetOf(folder, row, place, entry)), sha256, size, mtimeMs })
  }
  return moves
}

function targetOf(folder: StudioFolder, row: PictureRow, place: Place, entry: string): string {
  const { root } = folder
  if (isCategory(place)) return shownPath(root, join(folder.data, place, basename(row.path)))
  if (place === UNLABELED) return shownPath(root, join(folder.unlabeled, basename(row.path)))
  return trashPath(folder, row.path, entry)
}

/** Where a file lies while it is away: its old path is part of the new one, so that it finds back. */
export function trashPath(folder: StudioFolder, path: string, entry: string): string {
  const inside = openPath(folder.root, path).startsWith(folder.unlabeled) ? `unlabeled/${basename(path)}` : path
  return `${shownPath(folder.root, folder.trash)}/${entry}/${inside}`
}

/** Where a picture in the trash came from. */
export function beforeTrash(folder: StudioFolder, path: string): string {
  const [, , first, ...rest] = path.split('/')
  if (first === 'data' && rest.length > 1) return [first, ...rest].join('/')
  return shownPath(folder.root, join(folder.unlabeled, basename(path)))
}

/** The place that a path lies in; undefined for what is none of the studio's pictures. */
export function placeOf(folder: StudioFolder, path: string): Place | undefined {
  const full = openPath(folder.root, path)
  const under = (parent: string) => full.startsWith(`${parent}/`) || full.startsWith(`${parent}\\`)
  if (under(folder.trash)) return TRASH
  if (under(folder.unlabeled)) return UNLABELED
  if (!under(folder.data)) return undefined
  const [category, ...rest] = full.slice(folder.data.length + 1).split(/[/\\]/)
  return rest.length > 0 ? category : undefined
}
