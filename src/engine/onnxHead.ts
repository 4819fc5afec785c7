import type { InferenceSession, Tensor } from 'onnxruntime-web'
import { pause } from '../flow/pause.ts'
import { transposed } from '../graph/transpose.ts'
import type { HeadProblem, HeadTrainer, HeadWeights } from './engine.ts'
import { asPairs, oneHot, startOf, startOfPairs, widthFirst } from './headArrays.ts'
import { isPair, kept, kernelLoop, logitsModel, outputsOf, weightsLoop } from './headGraph.ts'
import type { Ort } from './onnxRuntime.ts'
import { createSession } from './onnxSession.ts'

/** Products a step from which a second thread is worth waking. */
const THREADS_FROM = 2e7
/** Products that the event loop may wait for: a tenth of a second. */
const PRODUCTS_A_CALL = 2e9

/** Trains heads in onnxruntime, in the kernel form where the kernel is given (see headGraph.ts). */
export async function createOnnxTrainer(ort: Ort, problem: HeadProblem): Promise<HeadTrainer> {
  const { rows, heads, categories, labels } = problem
  const feeds = {
    truth: isPair(problem)
      ? new ort.Tensor('float32', Float32Array.from(labels), [rows])
      : new ort.Tensor('float32', oneHot(labels, categories), [rows, categories]),
    active: new ort.Tensor('float32', problem.active, [rows, heads]),
  }
  const products = problem.batch * outputsOf(problem) * (problem.kernel ? rows : 2 * problem.width)
  const threads = products < THREADS_FROM ? 1 : undefined
  return problem.kernel
    ? KernelTrainer.create(ort, problem, problem.kernel, feeds, threads)
    : WeightsTrainer.create(ort, problem, feeds, threads)
}

type Feeds = Record<'truth' | 'active', Tensor>

class WeightsTrainer implements HeadTrainer {
  readonly #ort: Ort
  readonly #problem: HeadProblem
  readonly #feeds: Feeds
  readonly #features: Tensor
  readonly #loop: InferenceSession
  readonly #predict: InferenceSession
  #weights: Tensor
  #bias: Tensor

  private constructor(ort: Ort, problem: HeadProblem, feeds: Feeds, loop: InferenceSession, predict: InferenceSession) {
    const { features, rows, width } = problem
    this.#ort = ort
    this.#problem = problem
    this.#feeds = feeds
    this.#loop = loop
    this.#predict = predict
    this.#features = new ort.Tensor('float32', features, [rows, width])
    const outputs = outputsOf(problem)
    const { weights, bias } = isPair(problem) ? startOfPairs(problem) : startOf(problem)
    this.#weights = new ort.Tensor('float32', weights, [outputs, width])
    this.#bias = new ort.Tensor('float32', bias, [outputs, 1])
  }

  static async create(ort: Ort, problem: HeadProblem, feeds: Feeds, threads?: number): Promise<WeightsTrainer> {
    const loop = await createSession(ort, weightsLoop(problem), threads)
    return new WeightsTrainer(ort, problem, feeds, loop, await createSession(ort, logitsModel()))
  }

  async steps(rows: Int32Array): Promise<void> {
    const { batch } = this.#problem
    const { weights1, bias1 } = await this.#loop.run({
      ...this.#feeds,
      features: this.#features,
      batches: new this.#ort.Tensor('int32', rows, [rows.length / batch, batch]),
      weights0: this.#weights,
      bias0: this.#bias,
    })
    this.#weights = weights1 as Tensor
    this.#bias = bias1 as Tensor
  }

  /** Some rows at a time, so that no call is long. */
  async logits(): Promise<Float32Array> {
    const { features, rows: all, answered: rows = all, width } = this.#problem
    const outputs = outputsOf(this.#problem)
    const logits = new Float32Array(rows * outputs)
    const block = Math.ceil(PRODUCTS_A_CALL / (outputs * width))
    for (let row = 0; row < rows; row += block) {
      const end = Math.min(rows, row + block)
      const part = new this.#ort.Tensor('float32', features.subarray(row * width, end * width), [end - row, width])
      const feeds = { features: part, weights: this.#weights, bias: this.#bias.reshape([outputs]) }
      logits.set((await this.#predict.run(feeds)).logits!.data as Float32Array, row * outputs)
    }
    return isPair(this.#problem) ? asPairs(logits) : logits
  }

  async read(): Promise<HeadWeights> {
    return readable(this.#weights.data as Float32Array, this.#bias.data as Float32Array, this.#problem)
  }

  async dispose(): Promise<void> {
    await this.#loop.release()
    await this.#predict.release()
  }
}

class KernelTrainer implements HeadTrainer {
  readonly #ort: Ort
  readonly #problem: HeadProblem
  readonly #feeds: Feeds
  readonly #kernel: Tensor
  readonly #loop: InferenceSession
  /** [outputs, rows] */
  #logits: Tensor
  /** Sum of all gradients by row, [rows, outputs]: the weights are -features ᵀ of it, the bias β² times its negative sum. */
  readonly #sums: Float64Array

  private constructor(ort: Ort, problem: HeadProblem, feeds: Feeds, loop: InferenceSession, kernel: Tensor) {
    const { rows } = problem
    const outputs = outputsOf(problem)
    this.#ort = ort
    this.#problem = problem
    this.#feeds = feeds
    this.#loop = loop
    this.#kernel = kernel
    this.#logits = new ort.Tensor('float32', new Float32Array(outputs * rows), [outputs, rows])
    this.#sums = new Float64Array(rows * outputs)
  }

  static async create(
    ort: Ort,
    problem: HeadProblem,
    values: Float32Array,
    feeds: Feeds,
    threads?: number,
  ): Promise<KernelTrainer> {
    const kernel = new ort.Tensor('float32', values, [problem.rows, problem.rows])
    const loop = await createSession(ort, kernelLoop(problem, !problem.onlyLogits), threads)
    return new KernelTrainer(ort, problem, feeds, loop, kernel)
  }

  async steps(rows: Int32Array): Promise<void> {
    const { batch } = this.#problem
    const { logits1, gradients } = await this.#loop.run({
      ...this.#feeds,
      kernel: this.#kernel,
      batches: new this.#ort.Tensor('int32', rows, [rows.length / batch, batch]),
      logits0: this.#logits,
    })
    this.#logits = logits1 as Tensor
    if (gradients) this.#addUp(rows, gradients.data as Float32Array)
  }

  /** @param steps gradients, [steps, outputs, batch] */
  #addUp(rows: Int32Array, steps: Float32Array): void {
    const { batch } = this.#problem
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
    const logits = transposed(this.#logits.data as Float32Array, outputs, rows).subarray(0, answered * outputs)
    return isPair(this.#problem) ? asPairs(logits) : logits.slice()
  }

  async read(): Promise<HeadWeights> {
    const { features, rows, width, biasSquare = 1 } = this.#problem
    const outputs = outputsOf(this.#problem)
    const weights = new Float64Array(outputs * width) // [outputs, width]
    const bias = new Float64Array(outputs)
    const block = Math.ceil(PRODUCTS_A_CALL / 10 / (outputs * width)) // this is not the engine, but plain JavaScript
    for (let row = 0; row < rows; row++) {
      if (row % block === 0) await pause()
      for (let output = 0; output < outputs; output++) {
        const sum = this.#sums[row * outputs + output]!
        if (sum === 0) continue
        bias[output]! -= biasSquare * sum
        for (let at = 0; at < width; at++) weights[output * width + at]! -= sum * features[row * width + at]!
      }
    }
    return readable(Float32Array.from(weights), Float32Array.from(bias), this.#problem)
  }

  async dispose(): Promise<void> {
    await this.#loop.release()
  }
}

/** weights [outputs, width] and bias [outputs] of the loops → weights [heads, width, categories], bias [heads, categories] */
function readable(weights: Float32Array, bias: Float32Array, problem: HeadProblem) {
  if (isPair(problem)) return { weights: asPairs(weights), bias: asPairs(bias) }
  return { weights: widthFirst(weights, problem), bias }
}
