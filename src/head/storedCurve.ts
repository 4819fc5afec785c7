import type { Split } from '../dataset/split.ts'
import type { Engine, HeadWeights } from '../engine/engine.ts'
import type { DescentHooks } from './descent.ts'
import type { LinearPart } from './discriminantPart.ts'
import { curveRows, Fit, type StepReport } from './fit.ts'
import type { LabelledStore } from './labelled.ts'
import { answerStored, type Outputs, outputsOf } from './storedLogits.ts'

/** Weights that wait to be asked about, all together at most, where rows have to be read: the points of a curve are asked about in one look. */
const MOST_BYTES = 60_000_000

export interface CurveHooks extends DescentHooks {
  readonly onReport?: (report: StepReport) => void
  /** Gets the share that is done of what comes before the steps: the discriminants of many rows. */
  readonly onShare?: ((share: number) => void) | undefined
}

/**
 * How well a head does after each number of steps: several are answered for by one look at rows of either split, an even sample
 * where there are very many, and the last by one look at all.
 */
export class StoredCurve {
  readonly #engine: Engine
  readonly #data: LabelledStore
  readonly #splits: readonly Split[]
  readonly #part: LinearPart | undefined
  readonly #hooks: CurveHooks
  readonly #waiting: { readonly step: number; readonly outputs: Outputs }[] = []
  readonly #history: StepReport[] = []
  /** Rows that the points before the last are measured on, and what is known of each. */
  readonly #rows: Int32Array
  readonly #labels: Int32Array
  readonly #ownSplits: readonly Split[]

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
    this.#rows = curveRows(splits)
    this.#labels = this.#rows.map(row => data.labels[row]!)
    this.#ownSplits = Array.from(this.#rows, row => splits[row]!)
  }

  async add(step: number, weights: HeadWeights, isLast: boolean): Promise<void> {
    const outputs = await outputsOf(weights, this.#part, this.#data)
    this.#waiting.push({ step, outputs })
    if (isLast) return // it waits for the end
    const most = this.#data.features ? 0 : MOST_BYTES
    if ((this.#waiting.length + 1) * outputs.weights.byteLength > most) await this.#answer()
  }

  /** @returns the points, and of all rows the logits by the weights that came last */
  async end(): Promise<{ readonly history: readonly StepReport[]; readonly logits: Float32Array }> {
    const last = this.#waiting.pop()
    await this.#answer()
    const { rows, categories } = this.#data
    const logits = new Float32Array(rows * categories)
    if (!last) return { history: this.#history, logits }
    const fit = new Fit(this.#data, this.#splits)
    const add = (first: number, some: Float32Array) => {
      logits.set(some, first * categories)
      fit.add(first, some)
    }
    await answerStored(this.#engine, this.#data, last.outputs, add, this.#hooks.signal)
    this.#tell(fit.report(last.step))
    return { history: this.#history, logits }
  }

  async #answer(): Promise<void> {
    const waiting = this.#waiting.splice(0)
    if (waiting.length === 0) return
    const { categories } = this.#data
    const fits = waiting.map(() => new Fit({ labels: this.#labels, categories }, this.#ownSplits))
    const add = (first: number, logits: Float32Array) => {
      for (const [at, fit] of fits.entries()) {
        fit.add(first, columnsOf(logits, at * categories, categories, waiting.length * categories))
      }
    }
    const all = joined(waiting.map(({ outputs }) => outputs))
    await answerStored(this.#engine, this.#data, all, add, this.#hooks.signal, this.#rows)
    for (const [at, fit] of fits.entries()) this.#tell(fit.report(waiting[at]!.step))
  }

  #tell(report: StepReport): void {
    this.#history.push(report)
    this.#hooks.onReport?.(report)
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
