import type { Backbone } from '../../backbone/backbone.ts'
import type { Dataset, Picture, Skipped } from '../../dataset/scan.ts'
import { UserError } from '../../errors.ts'
import type { Extraction } from '../../features/extract.ts'
import type { Part } from '../../features/part.ts'
import type { RowFile } from '../../features/rowFile.ts'
import { widthOf } from '../../features/rows.ts'
import { pause } from '../../flow/pause.ts'
import { openStore } from '../../storage/open.ts'
import { comparePaths } from '../guess/naming.ts'
import { ResultsFolder, type StoredPart } from '../guessAll/resultsFolder.ts'
import { KeySet } from '../results/keySet.ts'
import { isDrawn, sharesOf } from './drawn.ts'
import { FEATURES, type FeaturesHeading, vectorsKey } from './form.ts'
import { decodeIndex, type IndexRow } from './indexRows.ts'
import { damaged, hashOf, type NumberedLayer, numberedLayers, orDamaged, readVectors, vectorOf } from './vectors.ts'

/** A picture whose vectors are row `row` of a batch's parts. */
interface Placed {
  readonly label: string
  readonly key: string
  readonly size: number
  readonly sha256: string
  readonly batch: string
  readonly row: number
}

/** The rows of a batch that count: of a key that is in several batches, the latest one's. */
interface BatchRows {
  readonly rows: number[]
  /** Numbers of their categories as they came to be known. */
  readonly labels: number[]
  /** The first digits of their hashes, by which rows of vectors are held against them. */
  readonly marks: number[]
}

const MARK_DIGITS = 8

/**
 * Labelled pictures whose bottlenecks were computed elsewhere: what `itc features` wrote. However many there are, what is held
 * is a hash of each key, its row and its label, and the rows that are asked for; indexes and parts pass by one at a time.
 */
export class FeaturesPlace {
  readonly #folder: ResultsFolder
  readonly #heading: FeaturesHeading
  /** Pictures that have vectors, by category, in the order in which categories came to be known. */
  readonly #counts = new Map<string, number>()
  readonly #numbers = new Map<string, number>()
  /** Their rows, by batch. */
  readonly #batches = new Map<string, BatchRows>()
  readonly #skipped: Skipped[] = []

  private constructor(folder: ResultsFolder) {
    this.#folder = folder
    this.#heading = folder.heading as FeaturesHeading
  }

  /** Counts what there is. @throws UserError `E_NO_RESULTS`, `E_PART`, `E_ONE_CATEGORY`, and of the store */
  static async open(address: string, signal?: AbortSignal): Promise<FeaturesPlace> {
    const place = new FeaturesPlace(await ResultsFolder.existing(await openStore(address), FEATURES))
    for await (const row of place.#rows(signal)) place.#count(row)
    if (place.#counts.size > 1) return place
    const message = `There are features of ${place.#counts.size === 1 ? 'one category only' : 'no category'} in "${address}".`
    throw new UserError('E_ONE_CATEGORY', message, { hint: 'A classifier needs two: is itc features done?' })
  }

  #count({ category, sha256, key, error, batch, row }: IndexRow & Pick<Placed, 'batch' | 'row'>): void {
    if (sha256 === undefined) return void this.#skipped.push({ relative: key, reason: error ?? 'not used' })
    this.#counts.set(category, (this.#counts.get(category) ?? 0) + 1)
    const { rows, labels, marks } = getOrSet(this.#batches, batch, () => ({ rows: [], labels: [], marks: [] }))
    rows.push(row)
    labels.push(getOrSet(this.#numbers, category, () => this.#numbers.size))
    marks.push(markOf(sha256))
  }

  /** Pictures that have vectors. */
  get pictures(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0)
  }

  /** As a folder of them would be scanned, but for the pictures, which are not held. */
  get dataset(): Dataset {
    const categories = [...this.#counts.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    return { folder: this.#heading.source, categories, pictures: [], skipped: this.#skipped }
  }

  /**
   * The labelled rows under some networks, in the order in which a folder of them would be scanned: the same head comes of both.
   * Of more pictures than `most` about as many are drawn, the same every time: small categories stay whole.
   *
   * @throws UserError `E_OTHER_RESULTS` where another network, or other layers, were computed; `E_PART` for damage
   */
  async read(backbones: readonly Backbone[], most: number, signal?: AbortSignal): Promise<Extraction> {
    const layers = this.#layersOf(backbones)
    const rows = await this.#drawn(most, signal)
    const width = widthOf(backbones)
    const values = new Float32Array(rows.length * width)
    for (const [batch, wanted] of byBatch(rows)) {
      await pause(signal)
      for (const layer of layers) {
        const part = await readVectors(this.#folder.store, batch, layer, signal)
        for (const at of wanted) {
          const { row, sha256 } = rows[at]!
          values.set(this.#vector(part, batch, layer, row, markOf(sha256)), at * width + layer.first)
        }
      }
    }
    const pictures = rows.map(({ label, key, size }): Picture => ({ label, path: '', relative: key, size, mtimeMs: 0 }))
    const hashes = rows.map(({ sha256 }) => sha256)
    const matrix = { values, rows: rows.length, width }
    return { matrix, pictures, hashes, skipped: [], cached: rows.length * backbones.length }
  }

  /**
   * Copies the rows of all pictures but some into a file, in the order of the batches' ids: one pass over all parts, however
   * many there are.
   *
   * @param isLeftOut by the sha256 of a picture
   * @returns category of each row of the file, as a number in `dataset.categories`
   * @throws UserError as `read` does, and of the file's disk
   */
  async copy(
    backbones: readonly Backbone[],
    file: RowFile,
    isLeftOut: (sha256: string) => boolean,
    signal?: AbortSignal,
  ): Promise<Int32Array> {
    const layers = this.#layersOf(backbones)
    const { categories } = this.dataset
    const labelOf = [...this.#numbers.keys()].map(name => categories.indexOf(name))
    const copied: number[] = []
    for (const batch of [...this.#batches.keys()].sort()) {
      await pause(signal)
      const parts = await Promise.all(layers.map(layer => readVectors(this.#folder.store, batch, layer, signal)))
      const { rows, labels, marks } = this.#batches.get(batch)!
      const used = [...rows.keys()].filter(at => !isLeftOut(hashOf(parts[0]!, rows[at]!)))
      const values = new Float32Array(used.length * file.width)
      for (const [to, at] of used.entries()) {
        for (const [place, layer] of layers.entries()) {
          const vector = this.#vector(parts[place]!, batch, layer, rows[at]!, marks[at]!)
          values.set(vector, to * file.width + layer.first)
        }
        copied.push(labelOf[labels[at]!]!)
      }
      await file.add(values)
    }
    return Int32Array.from(copied)
  }

  #layersOf(backbones: readonly Backbone[]): NumberedLayer[] {
    return numberedLayers(backbones, this.#heading, this.#folder.store.address)
  }

  #vector(part: Part, batch: string, { number }: NumberedLayer, row: number, mark: number): Float32Array {
    try {
      if (markOf(hashOf(part, row)) !== mark) throw new Error('it does not go with its index')
      return vectorOf(part, row)
    } catch (error) {
      throw damaged(this.#folder.store, vectorsKey(batch, number), error)
    }
  }

  /** The rows that are used, in the order of a scan. */
  async #drawn(most: number, signal: AbortSignal | undefined): Promise<Placed[]> {
    const shares = sharesOf(this.#counts, most)
    const rows: Placed[] = []
    for await (const { key, size = 0, category, sha256, batch, row } of this.#rows(signal)) {
      if (sha256 === undefined || !isDrawn(sha256, shares.get(category) ?? 0)) continue
      rows.push({ label: category, key, size, sha256, batch, row })
    }
    return rows.sort((a, b) => comparePaths(a.key, b.key))
  }

  /** All rows of all indexes, a key once: as the latest batch has it. */
  async *#rows(signal: AbortSignal | undefined): AsyncGenerator<IndexRow & Pick<Placed, 'batch' | 'row'>> {
    const parts: StoredPart[] = []
    for await (const part of this.#folder.parts(signal)) parts.push(part)
    parts.sort((a, b) => b.item.modified - a.item.modified || (a.id < b.id ? -1 : 1))
    const seen = new KeySet()
    for (const part of parts) {
      await pause(signal)
      const key = `${FEATURES.folder}/${part.item.key}`
      const bytes = await orDamaged(this.#folder.store, key, () => this.#folder.read(part, signal))
      const rows = await decodeIndex(bytes).catch(error => {
        throw damaged(this.#folder.store, key, error)
      })
      for (const [row, each] of rows.entries()) if (seen.add(each.key)) yield { ...each, batch: part.id, row }
    }
  }
}

function markOf(sha256: string): number {
  return Number.parseInt(sha256.slice(0, MARK_DIGITS), 16)
}

/** The numbers of rows, by the batch that holds them. */
function byBatch(rows: readonly Placed[]): Map<string, number[]> {
  const batches = new Map<string, number[]>()
  for (const [at, { batch }] of rows.entries()) getOrSet(batches, batch, () => []).push(at)
  return batches
}

function getOrSet<T>(map: Map<string, T>, key: string, make: () => T): T {
  const found = map.get(key) ?? make()
  map.set(key, found)
  return found
}
