import type { Split } from '../dataset/split.ts'
import type { Engine, HeadWeights } from '../engine/engine.ts'
import type { DescentHooks } from './descent.ts'
import type { LinearPart } from './discriminantPart.ts'
import { Fit, type StepReport } from './fit.ts'
import type { LabelledStore } from './labelled.ts'
import { answerStored, type Outputs, outputsOf } from './storedLogits.ts'

/** Weights that wait to be asked about, all together at most; the points of a curve are asked about in one look at the rows. */
const MOST_BYTES = 60_000_000

export interface CurveHooks extends DescentHooks {
  readonly onReport?: (report: StepReport) => void
}

/** How well a head does after each number of steps: several are answered for by one look at the rows. */
export class StoredCurve {
  readonly #engine: Engine
  readonly #data: LabelledStore
  readonly #splits: readonly Split[]
  readonly #part: LinearPart | undefined
  readonly #hooks: CurveHooks
  readonly #waiting: { readonly step: number; readonly outputs: Outputs }[] = []
  readonly #history: StepReport[] = []
  /** Of all rows, by the weights that came last. */
  readonly #logits: Float32Array

  constructor(
    engine: Engine,
    data: LabelledStore,
    splits: readonly Split[],
    part: LinearPart | undefined,
    hooks: CurveHooks,
  ) {
    this.#engine = engine
    this.#data = data
    this.#splits = splits
    this.#part = part
    this.#hooks = hooks
    this.#logits = new Float32Array(data.rows * data.categories)
  }

  async add(step: number, weights: HeadWeights): Promise<void> {
    const outputs = await outputsOf(weights, this.#part, this.#data)
    this.#waiting.push({ step, outputs })
    if ((this.#waiting.length + 1) * outputs.weights.byteLength > MOST_BYTES) await this.#answer()
  }

  async end(): Promise<{ readonly history: readonly StepReport[]; readonly logits: Float32Array }> {
    await this.#answer()
    return { history: this.#history, logits: this.#logits }
  }

  async #answer(): Promise<void> {
    const waiting = this.#waiting.splice(0)
    if (waiting.length === 0) return
    const fits = waiting.map(() => new Fit(this.#data, this.#splits))
    const { categories } = this.#data
    const add = (first: number, logits: Float32Array) => {
      for (const [at, fit] of fits.entries()) {
        const own = columnsOf(logits, at * categories, categories, waiting.length * categories)
        fit.add(first, own)
        if (at === fits.length - 1) this.#logits.set(own, first * categories)
      }
    }
    const all = joined(waiting.map(({ outputs }) => outputs))
    await answerStored(this.#engine, this.#data, all, add, this.#hooks.signal)
    for (const [at, fit] of fits.entries()) {
      const report = fit.report(waiting[at]!.step)
      this.#history.push(report)
      this.#hooks.onReport?.(report)
    }
  }
}

function joined(parts: readonly Outputs[]): Outputs {
  const join = (name: keyof Outputs) => {
    const length = parts.reduce((sum, part) => sum + part[name].length, 0)
    const all = new Float32Array(length)
    for (let at = 0, to = 0; at < parts.length; to += parts[at++]![name].length) all.set(parts[at]![name], to)
    return all
  }
  return { weights: join('weights'), bias: join('bias') }
}

/** Some columns of [rows, width]: [rows, count] */
function columnsOf(values: Float32Array, first: number, count: number, width: number): Float32Array {
  if (count === width) return values
  const rows = values.length / width
  const own = new Float32Array(rows * count)
  for (let row = 0; row < rows; row++) {
    own.set(values.subarray(row * width + first, row * width + first + count), row * count)
  }
  return own
}
