import type { Changes } from './api.ts'
import type { Move } from './journal/entry.ts'
import type { Difference, PictureTable } from './pictures/table.ts'

/** More pictures than this are not listed one by one to every page. */
const MANY = 2000

/** What listeners are told; besides what a page hears, files that moved, so that nothing need be hashed again. */
export interface CollectionChange extends Changes {
  readonly moves: readonly Move[]
}

interface Told {
  readonly cause: Changes['cause']
  readonly title: string
  readonly entry: string | null
  readonly moves: readonly Move[]
  /** Ids of pictures whose marks differ. */
  readonly marked?: readonly number[]
  /** Whether categories came, went or were renamed. */
  readonly categories?: boolean
}

/** What was done here, after it; raises the revision. */
export function changeMade(table: PictureTable, told: Told): CollectionChange {
  const { cause, title, entry, moves, marked = [], categories = false } = told
  const revision = table.revise()
  const rows = [...moves.map(({ to }) => table.at(to)), ...marked.map(id => table.get(id))]
  const many = rows.length > MANY || categories
  const pictures = many ? [] : rows.flatMap(row => (row ? [{ id: row.id, place: row.place }] : []))
  return { revision, cause, title, entry, pictures, gone: [], many, moves }
}

/** What others did to the folder; undefined when nothing. */
export function changeFound(table: PictureTable, difference: Difference): CollectionChange | undefined {
  const { added, gone, categories } = difference
  if (added.length + gone.length === 0 && !categories) return undefined
  const many = categories || added.length + gone.length > MANY
  const pictures = many ? [] : added.map(id => ({ id, place: table.get(id)!.place }))
  const title = `${gone.length} pictures vanished, ${added.length} came`
  const { revision } = table
  return { revision, cause: 'outside', title, entry: null, pictures, gone: many ? [] : gone, many, moves: [] }
}
