import type { InferenceSession } from 'onnxruntime-web'
import { pause } from '../flow/pause.ts'
import { transposed } from '../graph/transpose.ts'
import type { HeadProblem, HeadRows, HeadTrainer, HeadWeights } from './engine.ts'
import { asPairs, oneHot, widthFirst } from './headArrays.ts'
import { isPair, kept, kernelLoop, logitsModel, outputsOf, weightsLoop } from './headGraph.ts'
import { type Batches, IdleRows } from './idleRows.ts'
import type { Loop, LoopData, LoopTensor } from './loopData.ts'
import { startLoop } from './onnxLoops.ts'
import type { Ort } from './onnxRuntime.ts'
import { createSession, sessionOptions } from './onnxSession.ts'

/** Products a step from which a second thread is worth waking. */
const THREADS_FROM = 2e7
/** Products that the event loop may wait for: a tenth of a second. */
const PRODUCTS_A_CALL = 2e9

/** Trains heads in onnxruntime, in the kernel form where the kernel is given (see headGraph.ts). */
export async function createOnnxTrainer(ort: Ort, problem: HeadProblem): Promise<HeadTrainer> {
  return problem.kernel
    ? KernelTrainer.create(ort, problem, problem.kernel)
    : new WeightsTrainer(ort, problem, await startWeights(ort, problem))
}

const floats = (data: Float32Array, ...shape: number[]): LoopTensor => ({ type: 'float32', data, shape })

/** What both forms are made ready with. @param products of a step */
function loopOf(problem: HeadProblem, products: number): Pick<LoopData, 'options' | 'constants'> {
  const options = sessionOptions(products < THREADS_FROM ? 1 : undefined)
  return { options, constants: labelsOf(problem) }
}

function labelsOf(problem: HeadProblem): LoopData['constants'] {
  const { rows, heads, categories, labels, active } = problem
  const truth = isPair(problem)
    ? floats(Float32Array.from(labels), rows)
    : floats(oneHot(labels, categories), rows, categories)
  return { truth, active: floats(active, rows, heads) }
}

function rowsOf(problem: HeadProblem): LoopData['constants'] {
  const { features, rows, width } = problem
  return { ...labelsOf(problem), features: floats(features, rows, width) }
}

function startWeights(ort: Ort, problem: HeadProblem): Promise<Loop> {
  const { width, batch, apart = false } = problem
  const outputs = outputsOf(problem)
  const common = loopOf(problem, batch * outputs * 2 * width)
  const states = {
    weights: floats(new Float32Array(outputs * width), outputs, width),
    bias: floats(new Float32Array(outputs), outputs, 1),
  }
  return startLoop(ort, { ...common, bytes: weightsLoop(problem), constants: rowsOf(problem), states }, apart)
}

class WeightsTrainer implements HeadTrainer {
  readonly #ort: Ort
  #problem: HeadProblem
  readonly #loop: Loop
  #isSwapped = false
  #predict: InferenceSession | undefined

  constructor(ort: Ort, problem: HeadProblem, loop: Loop) {
    this.#ort = ort
    this.#problem = problem
    this.#loop = loop
  }

  async steps(rows: Int32Array, isCounted = false): Promise<void> {
    const constants = this.#isSwapped ? rowsOf(this.#problem) : undefined
    this.#isSwapped = false
    await this.#loop.steps(rows, this.#problem.batch, isCounted, constants)
  }

  swap(rows: HeadRows): void {
    this.#problem = { ...this.#problem, ...rows }
    this.#isSwapped = true
  }

  /** Some rows at a time, so that no call is long. */
  async logits(): Promise<Float32Array> {
    const { features, rows: all, answered: rows = all, width } = this.#problem
    const outputs = outputsOf(this.#problem)
    const logits = new Float32Array(rows * outputs)
    const block = Math.ceil(PRODUCTS_A_CALL / (outputs * width))
    const states = await this.#loop.states()
    this.#predict ??= await createSession(this.#ort, logitsModel())
    const weights = new this.#ort.Tensor('float32', states.weights!, [outputs, width])
    const bias = new this.#ort.Tensor('float32', states.bias!, [outputs])
    for (let row = 0; row < rows; row += block) {
      const end = Math.min(rows, row + block)
      const part = new this.#ort.Tensor('float32', features.subarray(row * width, end * width), [end - row, width])
      logits.set(
        (await this.#predict.run({ features: part, weights, bias })).logits!.data as Float32Array,
        row * outputs,
      )
    }
    return isPair(this.#problem) ? asPairs(logits) : logits
  }

  async read(): Promise<HeadWeights> {
    const { weights, bias } = await this.#loop.states()
    return readable(weights!, bias!, this.#problem)
  }

  async dispose(): Promise<void> {
    await this.#loop.dispose()
    await this.#predict?.release()
  }
}

class KernelTrainer implements HeadTrainer {
  readonly #problem: HeadProblem
  readonly #loop: Loop
  /** Sum of all gradients by row, [rows, outputs]: the weights are -features ᵀ of it, the bias β² times its negative sum. */
  readonly #sums: Float64Array
  readonly #idle: IdleRows
  /** Of those sums that count for a mean: their sum and number. */
  #sumsOfCounted: Float64Array | undefined
  #counted = 0

  private constructor(problem: HeadProblem, loop: Loop) {
    this.#problem = problem
    this.#loop = loop
    this.#sums = new Float64Array(problem.onlyLogits ? 0 : problem.rows * outputsOf(problem))
    this.#idle = new IdleRows(problem)
  }

  static async create(ort: Ort, problem: HeadProblem, kernel: Float32Array): Promise<KernelTrainer> {
    const { rows, batch, onlyLogits = false, apart = false } = problem
    const outputs = outputsOf(problem)
    const common = loopOf(problem, batch * outputs * rows)
    const constants = { ...common.constants, kernel: floats(kernel, rows, rows) }
    const states = { logits: floats(new Float32Array(outputs * rows), outputs, rows) }
    const data = { ...common, bytes: kernelLoop(problem, !onlyLogits), constants, states }
    return new KernelTrainer(problem, await startLoop(ort, data, apart))
  }

  async steps(rows: Int32Array, isCounted = false): Promise<void> {
    const busy = this.#idle.without(rows, this.#problem.batch)
    const gradients = await this.#loop.steps(busy.rows, busy.batch, isCounted)
    if (!gradients) return
    this.#addUp(busy, gradients)
    if (isCounted) this.#count()
  }

  #count(): void {
    this.#counted++
    this.#sumsOfCounted ??= new Float64Array(this.#sums.length)
    for (let at = 0; at < this.#sums.length; at++) this.#sumsOfCounted[at]! += this.#sums[at]!
  }

  swap(): never {
    throw new Error('the weights are sums of the rows that there are')
  }

  /** @param steps gradients, [steps, outputs, batch] */
  #addUp({ rows, batch }: Batches, steps: Float32Array): void {
    const outputs = outputsOf(this.#problem)
    const shrunk = this.#shrink(rows.length / batch)
    rows.forEach((row, at) => {
      const step = Math.floor(at / batch)
      const start = step * outputs * batch + (at % batch)
      for (let output = 0; output < outputs; output++) {
        this.#sums[row * outputs + output]! += shrunk[step]! * steps[start + output * batch]!
      }
    })
  }

  /** Shrinks the sums by the decay of as many steps. @returns by step what the later ones leave of its gradients */
  #shrink(steps: number): Float64Array {
    const keep = kept(this.#problem)
    const left = new Float64Array(steps).fill(1)
    if (keep === 1) return left
    for (let step = steps - 2; step >= 0; step--) left[step] = left[step + 1]! * keep
    const whole = keep ** steps
    for (let at = 0; at < this.#sums.length; at++) this.#sums[at]! *= whole
    return left
  }

  async logits(): Promise<Float32Array> {
    const { rows, answered = rows } = this.#problem
    const outputs = outputsOf(this.#problem)
    const states = await this.#loop.states()
    const logits = transposed(states.logits!, outputs, rows).subarray(0, answered * outputs)
    return isPair(this.#problem) ? asPairs(logits) : logits.slice()
  }

  async read(): Promise<HeadWeights> {
    const { features, rows, width, biasSquare = 1 } = this.#problem
    const outputs = outputsOf(this.#problem)
    const sums = this.#sumsOfCounted?.map(sum => sum / this.#counted) ?? this.#sums
    const weights = new Float64Array(outputs * width) // [outputs, width]
    const bias = new Float64Array(outputs)
    const block = Math.ceil(PRODUCTS_A_CALL / 10 / (outputs * width)) // this is not the engine, but plain JavaScript
    for (let row = 0; row < rows; row++) {
      if (row % block === 0) await pause()
      for (let output = 0; output < outputs; output++) {
        const sum = sums[row * outputs + output]!
        if (sum === 0) continue
        bias[output]! -= biasSquare * sum
        for (let at = 0; at < width; at++) weights[output * width + at]! -= sum * features[row * width + at]!
      }
    }
    return readable(Float32Array.from(weights), Float32Array.from(bias), this.#problem)
  }

  async dispose(): Promise<void> {
    await this.#loop.dispose()
  }
}

/** weights [outputs, width] and bias [outputs] of the loops → weights [heads, width, categories], bias [heads, categories] */
function readable(weights: Float32Array, bias: Float32Array, problem: HeadProblem) {
  if (isPair(problem)) return { weights: asPairs(weights), bias: asPairs(bias) }
  return { weights: widthFirst(weights, problem), bias }
}
