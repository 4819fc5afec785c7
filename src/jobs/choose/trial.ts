import { type Backbone, blocksOf } from '../../backbone/backbone.ts'
import { findBackbones } from '../../backbone/find.ts'
import { folds, type SplitExample } from '../../dataset/split.ts'
import { extractFeatures } from '../../features/extract.ts'
import { type FeatureMatrix, joinColumns } from '../../features/matrix.ts'
import { columnsOf } from '../../features/rows.ts'
import type { Blocks } from '../../head/blocks.ts'
import { inSpace } from '../../head/halves.ts'
import { DEFAULT_HEAD_OPTIONS, type HeadOptions } from '../../head/options.ts'
import { argMaxAt } from '../../head/softmax.ts'
import { crossValidate, type LabelledMatrix } from '../../head/train.ts'
import type { Bottlenecks } from '../train/bottlenecks.ts'
import type { TrainingRun } from '../train/run.ts'
import type { Candidate } from './candidates.ts'
import { measureCost } from './cost.ts'
import { type ChoosingProgress, distinctNetworks, keyOf, networksOf } from './progress.ts'

export interface Tried {
  readonly candidate: Candidate
  /** 1 where it named the picture right, else 0, [pictures]. */
  readonly right: Uint8Array
  /** Of one picture. */
  readonly milliseconds: number
}

/** The pictures that candidates are compared on, as the first one sees them. */
export interface ComparableRows extends Pick<Bottlenecks, 'data' | 'extraction'> {
  /** A row each, near copies in one group. */
  readonly examples: readonly SplitExample[]
}

/** One network's bottlenecks of the pictures, and what they are made of. */
interface PreparedNetwork {
  readonly matrix: FeatureMatrix
  readonly blocks: Blocks
}

/** Tries candidates on the same pictures and folds, one after another. */
export class Trial {
  readonly tried: Tried[] = []
  readonly #rows: ComparableRows
  readonly #training: TrainingRun
  readonly #head: HeadOptions
  readonly #progress: ChoosingProgress
  readonly #folds: number[]
  readonly #prepared = new Map<string, PreparedNetwork>()
  readonly #costs = new Map<string, number>()

  constructor(rows: ComparableRows, training: TrainingRun, progress: ChoosingProgress) {
    const { head } = training.options
    this.#rows = rows
    this.#training = training
    this.#head = { ...head, folds: head.folds || DEFAULT_HEAD_OPTIONS.folds }
    this.#progress = progress
    this.#folds = folds(rows.examples, this.#head.folds)
  }

  /** Looks up what the cache has for networks that are not begun yet, so that the time left is that of the rest. */
  async lookAhead(candidates: readonly Candidate[]): Promise<void> {
    const { cache, options } = this.#training
    const { hashes } = this.#rows.extraction
    for (const network of distinctNetworks(candidates).values()) {
      const [columns] = columnsOf([await this.#backbone(network)])
      const [last] = columns!.layers
      const found = await cache.readEach(last!.identity, hashes, last!.length, () => undefined, options.signal)
      this.#progress.lacks(network, found.filter(isThere => !isThere).length)
    }
  }

  async run(candidate: Candidate): Promise<void> {
    const networks = networksOf(candidate)
    for (const network of networks) if (!this.#prepared.has(keyOf(network))) await this.#prepare(network)
    const prepared = networks.map(network => this.#prepared.get(keyOf(network))!)
    const right = await this.#crossValidate(
      joinColumns(prepared.map(({ matrix }) => matrix)),
      prepared.map(({ blocks }) => blocks),
    )
    this.#progress.end()
    const milliseconds = networks.reduce((sum, network) => sum + this.#costs.get(costKey(network))!, 0)
    this.tried.push({ candidate, right, milliseconds })
  }

  /** @returns 1 where a picture is named right by a head that never saw it, else 0, [pictures] */
  async #crossValidate(matrix: FeatureMatrix, blocks: readonly Blocks[]): Promise<Uint8Array> {
    const { labels, categories } = this.#rows.data
    const { engine, options } = this.#training
    const rows: LabelledMatrix = { ...matrix, labels, categories }
    const all = Array.from(labels, () => 'train' as const)
    const data = this.#head.head === 'mixed' ? inSpace(rows, blocks, all) : rows
    const logits = await crossValidate(await engine(), data, this.#folds, this.#head, {
      onSteps: (done, total) => this.#progress.steps(done / total),
      signal: options.signal,
    })
    return Uint8Array.from(labels, (label, row) => +(argMaxAt(logits, row * categories, categories) === label))
  }

  /** Bottlenecks of one network, and what it costs. */
  async #prepare(candidate: Candidate): Promise<void> {
    const { engine, options } = this.#training
    const { extraction } = this.#rows
    const backbone = await this.#backbone(candidate)
    const matrix = this.#prepared.size === 0 ? extraction.matrix : await this.#extract(backbone, candidate)
    this.#prepared.set(keyOf(candidate), { matrix, blocks: blocksOf(backbone) })
    const key = costKey(candidate)
    if (this.#costs.has(key)) return
    const paths = extraction.pictures.map(({ path }) => path)
    this.#costs.set(key, await measureCost(await engine(), backbone, paths, options.limits, options.signal))
  }

  async #backbone({ backbone: name, inputSize, resize }: Candidate): Promise<Backbone> {
    const { network, signal } = this.#training.options
    const [backbone] = await findBackbones(name, { inputSize, resize, layers: network.layers, signal })
    return backbone!
  }

  async #extract(backbone: Backbone, network: Candidate): Promise<FeatureMatrix> {
    const { pictures } = this.#rows.extraction
    const { engine, cache, options } = this.#training
    const extracted = await extractFeatures(pictures, [backbone], {
      engine,
      store: cache,
      limits: options.limits,
      signal: options.signal,
      onProgress: progress => this.#progress.bottlenecks(network, progress),
    })
    if (extracted.pictures.length === pictures.length) return extracted.matrix
    // A picture that changed just now, or of which this size or crop can't be made: a row of zeros, most likely wrong.
    const rows = new Map(pictures.map((picture, row) => [picture, row]))
    const { width } = extracted.matrix
    const values = new Float32Array(pictures.length * width)
    extracted.pictures.forEach((picture, at) => {
      values.set(extracted.matrix.values.subarray(at * width, (at + 1) * width), rows.get(picture)! * width)
    })
    return { values, rows: pictures.length, width }
  }
}

/** How a picture is made square takes no time to speak of. */
function costKey({ backbone, inputSize }: Candidate): string {
  return `${backbone} ${inputSize ?? ''}`
}
