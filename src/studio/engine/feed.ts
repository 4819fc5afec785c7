import { UserError } from '../../errors.ts'
import type { StudioState } from '../api.ts'
import type { CollectionChange } from '../changes.ts'
import type { Collection } from '../collection.ts'
import { openPath } from '../pictures/folder.ts'
import type { Insights, Opinion } from '../pictures/insights.ts'
import { isCategory, TRASH } from '../pictures/place.ts'
import type { PictureRow } from '../pictures/table.ts'
import type { Engine } from './engine.ts'
import type { EnginePicture, Opinions } from './messages.ts'

/** Keeps the engine told of the pictures, and takes its opinions of them over. */
export class Feed {
  readonly #engine: Engine
  readonly #collection: Collection
  readonly #insights: Insights
  readonly #told: () => void
  #known = new Set<number>()
  live: StudioState['live'] = null

  constructor(engine: Engine, collection: Collection, insights: Insights, told: () => void) {
    this.#engine = engine
    this.#collection = collection
    this.#insights = insights
    this.#told = told
  }

  /** Tells all there is: the engine has just begun. */
  all(): void {
    this.#known = new Set()
    this.#sync([...this.#collection.table.rows()])
  }

  /** Tells what a change concerns; after a large one everything that may differ. */
  changed({ pictures, gone, many }: CollectionChange): void {
    const { table } = this.#collection
    const rows = many ? [...table.rows()] : pictures.flatMap(({ id }) => table.get(id) ?? [])
    const vanished = many ? [...this.#known].filter(id => table.get(id) === undefined) : gone
    this.#sync(rows, vanished)
  }

  take(opinions: Opinions): void {
    const { labels, ids, best, score, own, unfamiliar, hashes, unreadable, learnt, ms } = opinions
    const { table } = this.#collection
    for (const [id, sha256] of hashes) if (table.get(id)?.sha256 === undefined) table.learn(id, { sha256 })
    for (const [id, reason] of unreadable) table.learn(id, { unreadable: reason })
    const taken = new Map<number, Opinion>()
    ids.forEach((id, at) => {
      const label = labels[best[at]!]
      if (label === undefined) return
      const ownScore = own[at]!
      taken.set(id, {
        label,
        score: score[at]!,
        own: ownScore < 0 ? undefined : ownScore,
        unfamiliar: unfamiliar[at] === 1,
      })
    })
    this.#insights.opinions = taken
    this.live = taken.size > 0 ? { pictures: learnt, ms: Math.round(ms) } : null
    this.#told()
  }

  #sync(rows: readonly PictureRow[], vanished: readonly number[] = []): void {
    const set: EnginePicture[] = []
    const gone = [...vanished]
    for (const row of rows) {
      if (row.place !== TRASH && row.unreadable === undefined) set.push(this.#described(row))
      else if (this.#known.has(row.id)) gone.push(row.id)
    }
    for (const { id } of set) this.#known.add(id)
    for (const id of gone) this.#known.delete(id)
    if (set.length + gone.length === 0) return
    this.#engine.call('sync', { set, gone }).catch(error => {
      if (!(error instanceof UserError)) throw error // an engine that ended is told all when it begins again
    })
  }

  #described({ id, path, place, size, mtimeMs, sha256 }: PictureRow): EnginePicture {
    const relative = path.startsWith('data/') ? path.slice('data/'.length) : `../${path}`
    const label = isCategory(place) ? place : null
    const open = openPath(this.#collection.folder.root, path)
    return { id, path: open, relative, label, size, mtimeMs, sha256: sha256 ?? null }
  }
}
