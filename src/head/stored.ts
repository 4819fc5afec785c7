import type { Engine, HeadTrainer, HeadWeights } from '../engine/engine.ts'
import { type HeadsPlan, rowsOfPlan } from './plan.ts'

/** Labelled rows that memory has no room for: they are read when a step needs them. */
export interface StoredRows {
  readonly rows: number
  /** Category index of each row, [rows]. */
  readonly labels: Int32Array
  /**
   * @param chosen row numbers in any order, some of them twice
   * @param memory for the rows, where it is enough: much that is new for each stretch would have all objects looked through
   *   for what may go, again and again
   * @returns rows as heads see them, [chosen, width]
   */
  read(chosen: Int32Array, memory?: Float32Array): Promise<Float32Array>
}

/** Some of the stored rows, or all, in another order. */
export function someStored(stored: StoredRows, some: Int32Array): StoredRows {
  return {
    rows: some.length,
    labels: some.map(row => stored.labels[row]!),
    read: readingSome(stored, some),
  }
}

/** Reads some rows of a source, which are asked for by their place among these. */
export function readingSome(source: Pick<StoredRows, 'read'>, some: Int32Array): StoredRows['read'] {
  return (chosen, memory) => {
    const rows = chosen.map(at => some[at]!)
    return source.read(rows, memory)
  }
}

/** Rows that heads train on, and how: as `HeadProblem` has it. */
interface StoredProblem {
  readonly stored: StoredRows
  readonly width: number
  readonly categories: number
  /** Which rows train which heads. */
  readonly plan: HeadsPlan
  readonly learningRate: number
  readonly decay: number
  readonly biasSquare: number
  readonly batch: number
}

/** Numbers that are read at a time, 64 MB: rows and what is known of them. */
const MOST_NUMBERS = 16e6

/**
 * Trains heads side by side on stored rows, some steps' rows in memory at a time. However many there are, 4,000 steps of 100
 * read 400,000 rows. A stretch of steps goes on from the weights that the one before has left, so that the numbers are those
 * of one descent over a matrix of all rows.
 */
export class StoredRowsTrainer implements Pick<HeadTrainer, 'steps' | 'read' | 'dispose'> {
  readonly #engine: Engine
  readonly #problem: StoredProblem
  #trainer: HeadTrainer | undefined
  #memory = new Float32Array(0)

  constructor(engine: Engine, problem: StoredProblem) {
    this.#engine = engine
    this.#problem = problem
  }

  async steps(rows: Int32Array, isCounted = false): Promise<void> {
    const { width, categories, batch } = this.#problem
    const most = batch * Math.max(1, Math.floor(MOST_NUMBERS / batch / (width + categories)))
    for (let at = 0; at < rows.length; at += most) {
      await this.#stretch(rows.subarray(at, at + most), isCounted && at + most >= rows.length)
    }
  }

  async #stretch(chosen: Int32Array, isCounted: boolean): Promise<void> {
    const { stored, plan, ...problem } = this.#problem
    const numbers = chosen.length * problem.width
    if (this.#memory.length < numbers) this.#memory = new Float32Array(numbers)
    const features = await stored.read(chosen, this.#memory)
    const labels = chosen.map(row => stored.labels[row]!)
    const { active, heads } = rowsOfPlan(plan, chosen) // variants train those heads that their originals do
    const rows = { features, rows: chosen.length, labels, active }
    this.#trainer?.swap(rows)
    this.#trainer ??= await this.#engine.createTrainer({ ...problem, ...rows, heads })
    await this.#trainer.steps(Int32Array.from(chosen.keys()), isCounted)
  }

  async read(): Promise<HeadWeights> {
    if (this.#trainer) return await this.#trainer.read()
    const outputs = this.#problem.plan.heads * this.#problem.categories
    return { weights: new Float32Array(this.#problem.width * outputs), bias: new Float32Array(outputs) }
  }

  async dispose(): Promise<void> {
    await this.#trainer?.dispose()
  }
}
