import type { InferenceSession, Tensor } from 'onnxruntime-node'
import type { Backbone } from '../backbone/backbone.ts'
import { compiledOnnx } from '../backbone/compile.ts'
import { UserError } from '../errors.ts'
import type { BackboneRunner, Engine } from './engine.ts'
import { createSession, loadOrt, type Ort, refusing } from './onnxSession.ts'
import { worthLanes } from './worthLanes.ts'

/**
 * The default engine: onnxruntime on the processor. What only training or only many pictures need is loaded by them.
 *
 * @throws UserError `E_ENGINE` when its native library does not load
 */
export async function createOnnxEngine(): Promise<Engine> {
  const ort = await loadOrt()
  return {
    name: 'onnx',
    version: ort.env.versions.node ?? ort.env.versions.common,
    lanes: async (backbone, pictures) => worthLanes(await compiledOnnx(backbone), backbone, pictures),
    loadBackbone: (backbone, pictures = 1) => loadOnnxBackbone(ort, backbone, pictures),
    createTrainer: async problem => (await import('./onnxHead.ts')).createOnnxTrainer(ort, problem),
    createProducts: async matrix => (await import('./onnxProducts.ts')).createOnnxProducts(ort, matrix),
  }
}

async function loadOnnxBackbone(ort: Ort, backbone: Backbone, pictures: number): Promise<BackboneRunner> {
  const bytes = await compiledOnnx(backbone)
  const lanes = worthLanes(bytes, backbone, pictures)
  const refused = refusing(backbone.name)
  const runner =
    lanes > 0
      ? await (await import('./onnxLanes.ts')).startLanes(bytes, backbone, lanes).catch(refused)
      : new OneSession(ort, await createSession(ort, bytes).catch(refused), backbone)
  return {
    atOnce: runner.atOnce,
    batch: runner.batch,
    run: async (pixels, count) => checked(await runner.run(pixels, count).catch(refused), backbone, count),
    dispose: () => runner.dispose(),
  }
}

function checked(bottlenecks: Float32Array, { name, features }: Backbone, count: number): Float32Array {
  if (bottlenecks.length === count * features) return bottlenecks
  const found = bottlenecks.length / count
  throw new UserError(
    'E_NO_LENGTH',
    `The bottleneck of ${name} gives ${found} features a picture, where its weights tell of ${features}.`,
    { hint: 'Name another node with --bottleneck NODE: best the global average pooling.' },
  )
}

/** One session on all cores, in this thread: the event loop waits meanwhile. */
class OneSession implements BackboneRunner {
  readonly atOnce = 1
  readonly batch = 16
  readonly #ort: Ort
  readonly #session: InferenceSession
  readonly #size: number

  constructor(ort: Ort, session: InferenceSession, { recipe }: Backbone) {
    this.#ort = ort
    this.#session = session
    this.#size = recipe.size
  }

  async run(pixels: Uint8Array, count: number): Promise<Float32Array> {
    const input = new this.#ort.Tensor('uint8', pixels, [count, this.#size, this.#size, 3])
    const output = await this.#session.run({ [this.#session.inputNames[0]!]: input })
    return (output[this.#session.outputNames[0]!] as Tensor).data as Float32Array
  }

  async dispose(): Promise<void> {
    await this.#session.release()
  }
}
