import type { StudioFolder } from '../pictures/folder.ts'
import type { PictureTable } from '../pictures/table.ts'
import type { Move } from './entry.ts'
import { placeOf } from './plan.ts'

/** Takes moves that were made over into the table of pictures. @returns ids of the pictures that moved */
export function applyMoves(folder: StudioFolder, table: PictureTable, moves: readonly Move[]): number[] {
  return moves.flatMap(move => (move.folder ? moveFolder(folder, table, move) : moveFile(folder, table, move)))
}

function moveFile(folder: StudioFolder, table: PictureTable, { from, to, sha256, size, mtimeMs }: Move): number[] {
  const row = table.at(from)
  const place = placeOf(folder, to)
  if (place === undefined) {
    if (row) table.remove(row.id)
    return []
  }
  const found = { path: to, place, size, mtimeMs }
  if (row) table.move(row.id, found)
  return [row?.id ?? table.add(found, sha256 ?? undefined).id]
}

function moveFolder(folder: StudioFolder, table: PictureTable, { from, to }: Move): number[] {
  const inside = [...table.rows()].filter(row => row.path.startsWith(`${from}/`))
  for (const row of inside) {
    const path = to + row.path.slice(from.length)
    const place = placeOf(folder, path)
    if (place === undefined) table.remove(row.id)
    else table.move(row.id, { path, place, size: row.size, mtimeMs: row.mtimeMs })
  }
  return inside.map(row => row.id)
}
