import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import type { InferenceSession, Tensor } from 'onnxruntime-node'
import type { Backbone } from '../backbone/backbone.ts'
import { compiledOnnx } from '../backbone/compile.ts'
import { UserError } from '../errors.ts'
import type { BackboneRunner, Engine } from './engine.ts'
import { createOnnxTrainer } from './onnxHead.ts'

/** The runtime's module, loaded on first use: it brings 20 MB of native code. */
export type Ort = typeof import('onnxruntime-node')

/**
 * The default engine: onnxruntime on the processor.
 *
 * @throws UserError `E_ENGINE` when its native library does not load
 */
export async function createOnnxEngine(): Promise<Engine> {
  const ort = await loadOrt()
  return {
    name: 'onnx',
    version: ort.env.versions.node ?? ort.env.versions.common,
    loadBackbone: async backbone =>
      new OnnxRunner(ort, await createSession(ort, await compiledOnnx(backbone)), backbone),
    createTrainer: problem => createOnnxTrainer(ort, problem),
  }
}

export async function loadOrt(): Promise<Ort> {
  try {
    // By require: an import() of this CommonJS package costs a parse of its names first.
    return createRequire(import.meta.url)('onnxruntime-node') as Ort
  } catch (cause) {
    throw new UserError('E_ENGINE', `onnxruntime-node does not load on ${process.platform}-${process.arch}.`, {
      hint: 'Install again with `npm ci`; `itc doctor` says more. On Linux it needs glibc 2.28 or newer (not Alpine).',
      cause,
    })
  }
}

/** A session that leaves waiting threads asleep: decoding has use for the cores. */
export async function createSession(ort: Ort, bytes: Uint8Array, threads?: number): Promise<InferenceSession> {
  return ort.InferenceSession.create(bytes, {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    intraOpNumThreads: threads ?? Math.min(8, availableParallelism()),
    logSeverityLevel: 3,
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  })
}

class OnnxRunner implements BackboneRunner {
  readonly #ort: Ort
  readonly #session: InferenceSession
  readonly #features: number
  readonly #size: number

  constructor(ort: Ort, session: InferenceSession, { features, recipe }: Backbone) {
    this.#ort = ort
    this.#session = session
    this.#features = features
    this.#size = recipe.size
  }

  async run(pixels: Uint8Array, count: number): Promise<Float32Array> {
    const input = new this.#ort.Tensor('uint8', pixels, [count, this.#size, this.#size, 3])
    const output = await this.#session.run({ [this.#session.inputNames[0]!]: input })
    const bottlenecks = output[this.#session.outputNames[0]!] as Tensor
    const data = bottlenecks.data as Float32Array
    if (data.length !== count * this.#features) throw new Error(`expected ${this.#features} features a picture`)
    return data
  }

  async dispose(): Promise<void> {
    await this.#session.release()
  }
}
