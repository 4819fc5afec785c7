import type { Engine, HeadTrainer, HeadWeights } from '../engine/engine.ts'
import type { LabelledMatrix } from './labelled.ts'
import { intoSpace } from './space.ts'

/** Labelled rows to train on that memory has no room for: they are read when a step needs them. */
export interface StoredRows {
  readonly rows: number
  /** Category index of each row, [rows]. */
  readonly labels: Int32Array
  /** @param chosen row numbers in any order, some of them twice; @returns bottlenecks as they come, [chosen, width] */
  read(chosen: Int32Array): Promise<Float32Array>
}

/** How a descent goes, as `HeadProblem` has it. */
interface Descent {
  readonly learningRate: number
  readonly decay: number
  readonly biasSquare: number
  readonly batch: number
}

/** Numbers that are read at a time, 64 MB: rows and what is known of them. */
const MOST_NUMBERS = 16e6

/**
 * Trains one head on stored rows, some steps' rows in memory at a time, and answers for the rows of a matrix: a sample of
 * them, or others. However many there are, 4,000 steps of 100 read 400,000 rows. A stretch of steps goes on from the weights
 * that the one before has left, so that the numbers are those of one descent over a matrix of all rows.
 */
export class StoredRowsTrainer implements HeadTrainer {
  readonly #engine: Engine
  readonly #stored: StoredRows
  readonly #sample: LabelledMatrix
  readonly #descent: Descent
  #state: HeadWeights

  constructor(engine: Engine, stored: StoredRows, sample: LabelledMatrix, descent: Descent) {
    this.#engine = engine
    this.#stored = stored
    this.#sample = sample
    this.#descent = descent
    const { width, categories } = sample
    this.#state = { weights: new Float32Array(width * categories), bias: new Float32Array(categories) }
  }

  async steps(rows: Int32Array): Promise<void> {
    const { width, categories } = this.#sample
    const { batch } = this.#descent
    const most = batch * Math.max(1, Math.floor(MOST_NUMBERS / batch / (width + categories)))
    for (let at = 0; at < rows.length; at += most) await this.#stretch(rows.subarray(at, at + most))
  }

  async #stretch(rows: Int32Array): Promise<void> {
    const features = await this.#stored.read(rows)
    if (this.#sample.space) intoSpace(features, this.#sample.space)
    const labels = rows.map(row => this.#stored.labels[row]!)
    this.#state = await this.#with(features, labels, async trainer => {
      await trainer.steps(Int32Array.from(rows.keys()))
      return trainer.read()
    })
  }

  async logits(): Promise<Float32Array> {
    const { values, labels } = this.#sample
    return await this.#with(values, labels, trainer => trainer.logits())
  }

  async read(): Promise<HeadWeights> {
    return this.#state
  }

  async dispose(): Promise<void> {}

  async #with<T>(features: Float32Array, labels: Int32Array, work: (trainer: HeadTrainer) => Promise<T>): Promise<T> {
    const { width, categories } = this.#sample
    const rows = labels.length
    const active = new Float32Array(rows).fill(1)
    const problem = { ...this.#descent, features, rows, width, labels, categories, heads: 1, active }
    const trainer = await this.#engine.createTrainer({ ...problem, start: this.#state })
    return await work(trainer).finally(() => trainer.dispose())
  }
}
