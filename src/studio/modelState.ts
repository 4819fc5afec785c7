import { stat } from 'node:fs/promises'
import { readPlainText } from '../disk/readPlain.ts'
import { layoutOf } from '../model/layout.ts'
import { type Manifest, parseManifest } from '../model/manifest.ts'
import type { ModelNetworks, ModelState } from './api.ts'
import type { Collection } from './collection.ts'
import { placeOf } from './journal/plan.ts'
import { isCategory } from './pictures/place.ts'
import { networksOf } from './training.ts'

/** The model of a working folder as the page shows it; its file is read again when it changes. */
export class ModelFacts {
  readonly #collection: Collection
  #known: { readonly mtimeMs: number; readonly manifest: Manifest } | undefined

  constructor(collection: Collection) {
    this.#collection = collection
  }

  /** Of the model that `state` told of last. */
  networks(): ModelNetworks | null {
    return this.#known ? networksOf(this.#known.manifest) : null
  }

  /** Null where there is none, or none that can be read. */
  async state(): Promise<ModelState | null> {
    const { manifest: path } = layoutOf(this.#collection.folder.root)
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: undefined }))
    if (mtimeMs === undefined) {
      this.#known = undefined
      return null
    }
    if (this.#known?.mtimeMs !== mtimeMs) {
      const text = await readPlainText(path).catch(() => '')
      try {
        this.#known = { mtimeMs, manifest: parseManifest(text, path) }
      } catch {
        this.#known = undefined
        return null
      }
    }
    const { manifest } = this.#known
    const { crossValidation, test } = manifest.metrics
    const share = crossValidation ?? test
    return {
      id: manifest.head.sha256,
      accuracy: share?.accuracy ?? null,
      interval: share ? [share.interval.low, share.interval.high] : null,
      pictures: share?.pictures ?? 0,
      labels: manifest.labels,
      trainedAt: new Date(mtimeMs).toISOString(),
      stale: staleness(this.#collection, manifest, mtimeMs),
    }
  }
}

/** What happened since the training: by the journal, and by the counts for what others did. */
function staleness({ journal, folder, table }: Collection, manifest: Manifest, since: number): ModelState['stale'] {
  let moved = 0
  let added = 0
  let gone = 0
  const trained = new Date(since).toISOString()
  for (const entry of journal.entries()) {
    if (entry.at < trained) continue // both are written alike, so that their order is that of texts
    // What was taken back weighs against what was done.
    const sign = entry.undoes === undefined ? 1 : -1
    for (const move of entry.moves) {
      if (move.folder) continue
      const [from, to] = [move.from, move.to].map(path => {
        const place = placeOf(folder, path)
        return place !== undefined && isCategory(place)
      })
      if (from && to) moved += sign
      else if (to) sign > 0 ? added++ : gone--
      else if (from) sign > 0 ? gone++ : added--
    }
  }
  const { train, validation, test } = manifest.counts
  const unusable = manifest.skipped.filter(({ relative }) => table.at(`data/${relative}`)).length
  const then = train + validation + test + unusable
  const kept = folder.kept.reduce((sum, { pictures }) => sum + pictures, 0)
  const now = table.categories.reduce((sum, name) => sum + table.count(name), kept)
  const others = now - then - (added - gone)
  const counts = { moved: Math.max(0, moved), added: added + Math.max(0, others), gone: gone + Math.max(0, -others) }
  return counts.moved + counts.added + counts.gone > 0 ? counts : null
}
