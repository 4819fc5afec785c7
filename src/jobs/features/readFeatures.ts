import type { Backbone } from '../../backbone/backbone.ts'
import type { Dataset, Picture, Skipped } from '../../dataset/scan.ts'
import { messageOf, UserError } from '../../errors.ts'
import type { Extraction } from '../../features/extract.ts'
import type { Layer } from '../../features/identity.ts'
import { decodePart, type Part } from '../../features/part.ts'
import { columnsOf, widthOf } from '../../features/rows.ts'
import { pause } from '../../flow/pause.ts'
import { halvesToFloats } from '../../graph/tensor.ts'
import { openStore } from '../../storage/open.ts'
import { ItemError, type Store } from '../../storage/store.ts'
import { HASH_BYTES } from '../../table/arrow.ts'
import { comparePaths } from '../guess/naming.ts'
import { ResultsFolder, type StoredPart } from '../guessAll/resultsFolder.ts'
import { KeySet } from '../results/keySet.ts'
import { isDrawn, sharesOf } from './drawn.ts'
import { FEATURES, type FeaturesHeading, vectorsKey } from './form.ts'
import { decodeIndex, type IndexRow } from './indexRows.ts'

/** Far more than the vectors of 256 pictures take. */
const LARGEST = 256e6

/** A picture whose vectors are row `row` of a batch's parts. */
interface Placed {
  readonly label: string
  readonly key: string
  readonly size: number
  readonly sha256: string
  readonly batch: string
  readonly row: number
}

/** A layer of a network, its number among a batch's parts, and its column in a row. */
type NumberedLayer = Layer & { readonly number: number }

/**
 * Labelled pictures whose bottlenecks were computed elsewhere: what `itc features` wrote. However many there are, what is held
 * is a hash of each key, and the rows that are asked for; indexes and parts pass by one at a time.
 */
export class FeaturesPlace {
  readonly #folder: ResultsFolder
  readonly #heading: FeaturesHeading
  /** Pictures that have vectors, by category. */
  readonly #counts = new Map<string, number>()
  readonly #skipped: Skipped[] = []

  private constructor(folder: ResultsFolder) {
    this.#folder = folder
    this.#heading = folder.heading as FeaturesHeading
  }

  /** Counts what there is. @throws UserError `E_NO_RESULTS`, `E_PART`, `E_ONE_CATEGORY`, and of the store */
  static async open(address: string, signal?: AbortSignal): Promise<FeaturesPlace> {
    const place = new FeaturesPlace(await ResultsFolder.existing(await openStore(address), FEATURES))
    for await (const { category, sha256, key, error } of place.#rows(signal)) {
      if (sha256 === undefined) place.#skipped.push({ relative: key, reason: error ?? 'not used' })
      else place.#counts.set(category, (place.#counts.get(category) ?? 0) + 1)
    }
    if (place.#counts.size > 1) return place
    const message = `There are features of ${place.#counts.size === 1 ? 'one category only' : 'no category'} in "${address}".`
    throw new UserError('E_ONE_CATEGORY', message, { hint: 'A classifier needs two: is itc features done?' })
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
        const part = await this.#part(batch, layer, signal)
        for (const at of wanted) this.#place(part, rows[at]!, values, at * width + layer.first)
      }
    }
    const pictures = rows.map(({ label, key, size }): Picture => ({ label, path: '', relative: key, size, mtimeMs: 0 }))
    const hashes = rows.map(({ sha256 }) => sha256)
    const matrix = { values, rows: rows.length, width }
    return { matrix, pictures, hashes, skipped: [], cached: rows.length * backbones.length }
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
      const bytes = await this.#read(key, () => this.#folder.read(part, signal))
      const rows = await decodeIndex(bytes).catch(error => {
        throw damaged(this.#folder.store, key, error)
      })
      for (const [row, each] of rows.entries()) if (seen.add(each.key)) yield { ...each, batch: part.id, row }
    }
  }

  #layersOf(backbones: readonly Backbone[]): NumberedLayer[] {
    return columnsOf(backbones).flatMap(({ first, layers, backbone }) =>
      layers.map(layer => {
        const number = this.#heading.layers.indexOf(layer.identity)
        if (number >= 0) return { ...layer, number, first: first + layer.first }
        const hint = 'Give --backbone, --layers and the like as they were given to itc features.'
        const message = `The features in "${this.#folder.store.address}" are not those of ${backbone.name} as it is to be used here.`
        throw new UserError('E_OTHER_RESULTS', message, { hint })
      }),
    )
  }

  async #part(batch: string, layer: NumberedLayer, signal: AbortSignal | undefined): Promise<Part> {
    const key = vectorsKey(batch, layer.number)
    const item = { key, size: undefined, etag: '' }
    const bytes = await this.#read(key, () => this.#folder.store.read(item, { most: LARGEST, signal }))
    try {
      const part = decodePart(new Uint8Array(bytes)) // a copy: at the start of a buffer of its own
      if (part.identity !== layer.identity || part.width !== layer.length) throw new Error('it is of another network')
      return part
    } catch (error) {
      throw damaged(this.#folder.store, key, error)
    }
  }

  #place({ vectors, width, hashes }: Part, { row, sha256, batch }: Placed, target: Float32Array, offset: number): void {
    const found = Buffer.from(hashes.buffer, hashes.byteOffset + row * HASH_BYTES, HASH_BYTES).toString('hex')
    const own = vectors.subarray(row * width, (row + 1) * width)
    const floats = own instanceof Float32Array ? own : halvesToFloats(own)
    if (found !== sha256 || !floats.every(Number.isFinite)) {
      throw damaged(this.#folder.store, vectorsKey(batch, 0), new Error('it does not go with its index'))
    }
    target.set(floats, offset)
  }

  async #read(key: string, read: () => Promise<Uint8Array>): Promise<Uint8Array> {
    return await read().catch(error => {
      throw error instanceof ItemError ? damaged(this.#folder.store, key, error) : error
    })
  }
}

/** The numbers of rows, by the batch that holds them. */
function byBatch(rows: readonly Placed[]): Map<string, number[]> {
  const batches = new Map<string, number[]>()
  for (const [at, { batch }] of rows.entries()) {
    const others = batches.get(batch)
    if (others) others.push(at)
    else batches.set(batch, [at])
  }
  return batches
}

function damaged({ address }: Store, key: string, cause: unknown): UserError {
  const hint = 'Remove it and the index of its name, and run itc features again: only they are made anew.'
  return new UserError('E_PART', `The part ${key} of "${address}" is damaged: ${messageOf(cause)}.`, { hint, cause })
}
