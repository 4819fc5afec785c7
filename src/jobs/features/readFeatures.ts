import type { Backbone } from '../../backbone/backbone.ts'
import type { Dataset, Picture, Skipped } from '../../dataset/scan.ts'
import { UserError } from '../../errors.ts'
import type { Extraction } from '../../features/extract.ts'
import type { RowFile } from '../../features/rowFile.ts'
import { widthOf } from '../../features/rows.ts'
import { pause } from '../../flow/pause.ts'
import { openStore } from '../../storage/open.ts'
import { comparePaths } from '../guess/naming.ts'
import { FEATURES } from '../guessAll/folderForm.ts'
import { ResultsFolder } from '../guessAll/resultsFolder.ts'
import { isDrawn, sharesOf } from './drawn.ts'
import type { FeaturesHeading } from './form.ts'
import { type Indexed, indexedRows } from './indexed.ts'
import { BatchVectors, markOf, type NumberedLayer, numberedLayers } from './vectors.ts'

/** A picture whose vectors are row `row` of a batch's parts. */
interface Placed extends Pick<Indexed, 'key' | 'batch' | 'digest' | 'row'> {
  readonly label: string
  readonly size: number
  readonly sha256: string
}

/** The rows of a batch that count: of a key that is in several batches, the latest one's. */
interface BatchRows extends Pick<Indexed, 'digest'> {
  readonly rows: number[]
  /** Numbers of their categories as they came to be known. */
  readonly labels: number[]
  /** The first digits of their hashes, by which rows of vectors are held against them. */
  readonly marks: number[]
}

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
    for await (const row of indexedRows(place.#folder, signal)) place.#count(row)
    if (place.#counts.size > 1) return place
    const message = `There are features of ${place.#counts.size === 1 ? 'one category only' : 'no category'} in "${address}".`
    throw new UserError('E_ONE_CATEGORY', message, { hint: 'A classifier needs two: is itc features done?' })
  }

  #count({ category, sha256, key, error, batch, row, digest }: Indexed): void {
    if (sha256 === undefined) return void this.#skipped.push({ relative: key, reason: error ?? 'not used' })
    this.#counts.set(category, (this.#counts.get(category) ?? 0) + 1)
    const made = () => ({ rows: [], labels: [], marks: [], digest })
    const { rows, labels, marks } = getOrSet(this.#batches, batch, made)
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
      const { digest } = rows[wanted[0]!]!
      for (const layer of layers) {
        const vectors = await BatchVectors.read(this.#folder.store, { batch, digest }, layer, signal)
        for (const at of wanted) {
          const { row, sha256 } = rows[at]!
          values.set(vectors.row(row, markOf(sha256)), at * width + layer.first)
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
      const { rows, labels, marks, digest } = this.#batches.get(batch)!
      const at = { batch, digest }
      const vectors = await Promise.all(layers.map(layer => BatchVectors.read(this.#folder.store, at, layer, signal)))
      const used = [...rows.keys()].filter(each => !isLeftOut(vectors[0]!.hashOf(rows[each]!)))
      const values = new Float32Array(used.length * file.width)
      for (const [to, each] of used.entries()) {
        for (const [place, { first }] of layers.entries()) {
          values.set(vectors[place]!.row(rows[each]!, marks[each]!), to * file.width + first)
        }
        copied.push(labelOf[labels[each]!]!)
      }
      await file.add(values)
    }
    return Int32Array.from(copied)
  }

  #layersOf(backbones: readonly Backbone[]): NumberedLayer[] {
    return numberedLayers(backbones, this.#heading, this.#folder.store.address)
  }

  /** The rows that are used, in the order of a scan. */
  async #drawn(most: number, signal: AbortSignal | undefined): Promise<Placed[]> {
    const shares = sharesOf(this.#counts, most)
    const rows: Placed[] = []
    for await (const { key, size = 0, category, sha256, batch, digest, row } of indexedRows(this.#folder, signal)) {
      if (sha256 === undefined || !isDrawn(sha256, shares.get(category) ?? 0)) continue
      rows.push({ label: category, key, size, sha256, batch, digest, row })
    }
    return rows.sort((a, b) => comparePaths(a.key, b.key))
  }
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
