import type { InferenceSession, Tensor } from 'onnxruntime-node'
import type { Backbone } from '../backbone/backbone.ts'
import { compiledOnnx } from '../backbone/compile.ts'
import type { BackboneRunner, Engine } from './engine.ts'
import { createOnnxTrainer } from './onnxHead.ts'
import { startLanes, worthLanes } from './onnxLanes.ts'
import { createSession, loadOrt, type Ort } from './onnxSession.ts'

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
    loadBackbone: async (backbone, pictures = 1) => {
      const bytes = await compiledOnnx(backbone)
      const lanes = worthLanes(bytes, backbone, pictures)
      if (lanes > 0) return startLanes(bytes, backbone, lanes)
      return new OnnxRunner(ort, await createSession(ort, bytes), backbone)
    },
    createTrainer: problem => createOnnxTrainer(ort, problem),
  }
}

/** One session on all cores, in this thread: the event loop waits meanwhile. */
class OnnxRunner implements BackboneRunner {
  readonly atOnce = 1
  readonly batch = 16
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
