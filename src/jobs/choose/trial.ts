import { findBackbones } from '../../backbone/find.ts'
import { folds } from '../../dataset/split.ts'
import { extractFeatures } from '../../features/extract.ts'
import { type FeatureMatrix, joinColumns } from '../../features/matrix.ts'
import type { PartCache } from '../../features/partCache.ts'
import type { HeadOptions } from '../../head/options.ts'
import { argMaxAt } from '../../head/softmax.ts'
import { crossValidate, type LabelledMatrix } from '../../head/train.ts'
import { limitsWith } from '../../image/limits.ts'
import type { TrainOptions } from '../train/options.ts'
import type { Prepared } from '../train/prepare.ts'
import type { Candidate } from './candidates.ts'
import { measureCost } from './cost.ts'
import { count } from './paired.ts'
import type { ChoosingProgress } from './progress.ts'

export interface Tried {
  readonly candidate: Candidate
  readonly right: Uint8Array
  readonly milliseconds: number
}

/** Tries candidates on the same pictures and folds, one after another. */
export class Trial {
  readonly tried: Tried[] = []
  readonly #prepared: Prepared
  readonly #head: HeadOptions
  readonly #options: TrainOptions
  readonly #report: ChoosingProgress
  readonly #parts: number[]
  readonly #matrices = new Map<string, FeatureMatrix>()
  readonly #costs = new Map<string, number>()

  constructor(prepared: Prepared, head: HeadOptions, options: TrainOptions, report: ChoosingProgress) {
    this.#prepared = prepared
    this.#head = head
    this.#options = options
    this.#report = report
    this.#parts = folds(prepared.examples, head.folds)
  }

  /** Pictures that a candidate named right; undefined for one not tried. */
  readonly right = (candidate: Candidate): number | undefined => {
    const found = this.tried.find(({ candidate: other }) => keyOf(other) === keyOf(candidate))
    return found && count(found.right)
  }

  async run(candidate: Candidate, store: PartCache): Promise<void> {
    const names = candidate.backbone.split('+')
    const parts = names.map(backbone => ({ ...candidate, backbone }))
    for (const part of parts) if (!this.#matrices.has(keyOf(part))) await this.#prepareOne(part, store)
    const matrix = joinColumns(parts.map(part => this.#matrices.get(keyOf(part))!))
    const { labels, categories } = this.#prepared.data
    const data: LabelledMatrix = { ...matrix, labels, categories }
    const { signal } = this.#options
    const logits = await crossValidate(await this.#prepared.engine(), data, this.#parts, this.#head, {
      onSteps: (done, total) => this.#report.steps(done / total),
      ...(signal && { signal }),
    })
    this.#report.end()
    const right = Uint8Array.from(labels, (label, row) => +(argMaxAt(logits, row * categories, categories) === label))
    const milliseconds = parts.reduce((sum, part) => sum + this.#costs.get(costKey(part))!, 0)
    this.tried.push({ candidate, right, milliseconds })
  }

  /** Bottlenecks of one network, and what it costs. */
  async #prepareOne(candidate: Candidate, store: PartCache): Promise<void> {
    const { backbone, inputSize, resize } = candidate
    const { signal, limits: given } = this.#options
    const limits = limitsWith(given)
    const { pictures } = this.#prepared.extraction
    const backbones = await findBackbones(backbone, { ...this.#options, inputSize, resize })
    const isFirst = this.#matrices.size === 0
    const matrix = isFirst
      ? this.#prepared.extraction.matrix
      : await this.#extract(backbones, store, { limits, ...(signal && { signal }) })
    this.#matrices.set(keyOf(candidate), matrix)
    const key = costKey(candidate)
    if (this.#costs.has(key)) return
    const paths = pictures.map(({ path }) => path)
    this.#costs.set(key, await measureCost(await this.#prepared.engine(), backbones[0]!, paths, limits, signal))
  }

  async #extract(
    backbones: Parameters<typeof extractFeatures>[1],
    store: PartCache,
    options: Pick<Parameters<typeof extractFeatures>[2], 'limits' | 'signal'>,
  ): Promise<FeatureMatrix> {
    const { extraction, engine } = this.#prepared
    const own = await extractFeatures(extraction.pictures, backbones, {
      ...options,
      engine,
      store,
      onProgress: ({ done }) => this.#report.bottlenecks(done),
    })
    if (own.pictures.length === extraction.pictures.length) return own.matrix
    // A picture that changed just now, or of which this size or crop can't be made: a row of zeros, most likely wrong.
    const rows = new Map(extraction.pictures.map((picture, row) => [picture, row]))
    const { width } = own.matrix
    const values = new Float32Array(extraction.pictures.length * width)
    own.pictures.forEach((picture, at) => {
      values.set(own.matrix.values.subarray(at * width, (at + 1) * width), rows.get(picture)! * width)
    })
    return { values, rows: extraction.pictures.length, width }
  }
}

function keyOf({ backbone, inputSize, resize }: Candidate): string {
  return `${backbone} ${inputSize ?? ''} ${resize}`
}

/** How a picture is made square takes no time to speak of. */
function costKey({ backbone, inputSize }: Candidate): string {
  return `${backbone} ${inputSize ?? ''}`
}
