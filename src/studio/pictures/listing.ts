import type { PictureColumns, Sort, View } from '../api.ts'
import type { Collection } from '../collection.ts'
import { beforeTrash, placeOf } from '../journal/plan.ts'
import type { Insights } from './insights.ts'
import { isCategory, TRASH, UNLABELED } from './place.ts'
import type { PictureRow } from './table.ts'

/** See `Flag` in the api. */
const FLAGS = {
  checked: 1,
  doubtful: 2,
  mistake: 4,
  unfamiliar: 8,
  unreadable: 16,
  quality: 32,
  alike: 64,
  held: 128,
} as const

export interface ListingQuery {
  readonly in: 'data' | 'unlabeled' | 'trash'
  readonly category: string | undefined
  readonly view: View
  readonly sort: Sort
}

export interface Listed {
  readonly collection: Collection
  readonly insights: Insights
  /** Ids by likeness to one, the most alike first; of those the engine knows. */
  readonly likeness?: readonly number[] | undefined
  /** Hashes of the pictures that are kept apart for testing. */
  readonly held: ReadonlySet<string>
}

/** The pictures asked for, as columns. */
export function listPictures(listed: Listed, query: ListingQuery): PictureColumns {
  const { collection, insights } = listed
  const { table } = collection
  const numbers = new Map(table.categories.map((name, at) => [name, at]))
  const rows = sorted(listed, chosen(listed, query), query)
  const withOther = query.view === 'doubtful' || query.view === 'mistakes'
  const shown = rows.map(row => categoryOf(listed, row))
  return {
    boot: table.boot,
    revision: table.revision,
    total: rows.length,
    categories: table.categories,
    ids: rows.map(row => row.id),
    category: shown.map(label => numbers.get(label ?? '') ?? -1),
    flags: rows.map(row => flagsOf(listed, row)),
    score: rows.map(row => scoreOf(insights, row)),
    ...(withOther && { other: rows.map(row => numbers.get(otherOf(insights, row.id) ?? '') ?? -1) }),
  }
}

function chosen(listed: Listed, query: ListingQuery): PictureRow[] {
  const { collection, insights } = listed
  const { table } = collection
  const wanted = (row: PictureRow | undefined): row is PictureRow =>
    row !== undefined &&
    (query.in === 'data' ? isCategory(row.place) : row.place === (query.in === 'trash' ? TRASH : UNLABELED)) &&
    (query.category === undefined || categoryOf(listed, row) === query.category)
  if (query.view === 'all') return byPath(collection).filter(wanted)
  if (query.view === 'skipped') return byPath(collection).filter(row => row.unreadable !== undefined && wanted(row))
  const unchecked = (row: PictureRow) => query.view !== 'doubtful' || !isChecked(collection, row)
  return insights
    .in(query.view)
    .map(id => table.get(id))
    .filter(wanted)
    .filter(unchecked)
}

function sorted({ insights, likeness }: Listed, rows: PictureRow[], { sort }: ListingQuery): PictureRow[] {
  if (sort === 'name') return rows // as they were chosen: by path, or in the order of worth
  if (sort === 'new') return rows.sort((a, b) => b.mtimeMs - a.mtimeMs || a.id - b.id)
  if (sort === 'score') return rows.sort((a, b) => scoreOf(insights, b) - scoreOf(insights, a) || a.id - b.id)
  if (sort === 'doubt') return rows.sort((a, b) => scoreOf(insights, a) - scoreOf(insights, b) || a.id - b.id)
  if (sort.startsWith('like:')) {
    const ranks = new Map((likeness ?? []).map((id, at) => [id, at]))
    const rank = (row: PictureRow) => ranks.get(row.id) ?? Number.MAX_SAFE_INTEGER
    return rows.sort((a, b) => rank(a) - rank(b) || a.id - b.id)
  }
  return rows
}

/** All pictures by path, in that order once a revision: to compare 100,000 paths anew for each list takes too long. */
const orders = new WeakMap<Collection, { revision: number; order: readonly number[] }>()

function byPath(collection: Collection): PictureRow[] {
  const { table } = collection
  let known = orders.get(collection)
  if (known?.revision !== table.revision) {
    const all = [...table.rows()].sort((a, b) => (a.path < b.path ? -1 : 1))
    known = { revision: table.revision, order: all.map(({ id }) => id) }
    orders.set(collection, known)
  }
  return known.order.flatMap(id => table.get(id) ?? [])
}

function categoryOf({ collection, insights }: Listed, row: PictureRow): string | undefined {
  if (isCategory(row.place)) return row.place
  if (row.place === UNLABELED) return insights.opinions.get(row.id)?.label
  return placeOf(collection.folder, beforeTrash(collection.folder, row.path))
}

function otherOf(insights: Insights, id: number): string | undefined {
  const doubt = insights.of(id).find(({ view }) => view === 'doubtful')
  return doubt?.finding.looksLike ?? insights.mistakes.get(id)?.predicted
}

function scoreOf(insights: Insights, row: PictureRow): number {
  const opinion = insights.opinions.get(row.id)
  const score = isCategory(row.place) ? opinion?.own : opinion?.score
  return score === undefined ? -1 : Math.round(score * 1000)
}

function isChecked({ checked }: Collection, { sha256, place }: PictureRow): boolean {
  return sha256 !== undefined && checked.has(sha256, place)
}

function flagsOf({ collection, insights, held }: Listed, row: PictureRow): number {
  const checked = collection.checked.size > 0 && isChecked(collection, row)
  const found = insights.of(row.id)
  const isIn = (view: View) => found.length > 0 && found.some(each => each.view === view)
  const is = (flag: keyof typeof FLAGS, holds: boolean | undefined) => (holds ? FLAGS[flag] : 0)
  return (
    is('checked', checked) |
    is('doubtful', !checked && isIn('doubtful')) |
    is('mistake', insights.mistakes.has(row.id)) |
    is('unfamiliar', insights.opinions.get(row.id)?.unfamiliar) |
    is('unreadable', row.unreadable !== undefined) |
    is('quality', isIn('quality')) |
    is('alike', isIn('alike')) |
    is('held', row.sha256 !== undefined && held.has(row.sha256))
  )
}
