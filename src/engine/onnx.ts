import type { InferenceSession, Tensor } from 'onnxruntime-web'
import type { Backbone } from '../backbone/backbone.ts'
import { compiledOnnx } from '../backbone/compile.ts'
import { isMemoryLittle } from '../disk/memoryLimit.ts'
import { UserError } from '../errors.ts'
import type { BackboneRunner, Engine } from './engine.ts'
import { isLight } from './light.ts'
import { loadOrt, type Ort, type OrtName } from './onnxRuntime.ts'
import { createSession, refusing } from './onnxSession.ts'
import { worthLanes } from './worthLanes.ts'

const FEW = 4

/**
 * onnxruntime on the processor: `onnx`, the default, by its native library, `wasm` in WebAssembly, where there is none. What
 * only training or only many pictures need is loaded by them.
 *
 * @throws UserError `E_ENGINE` when it does not load
 */
export async function createOnnxEngine(name: OrtName = 'onnx'): Promise<Engine> {
  const ort = await loadOrt(name)
  const { node, web, common } = ort.env.versions
  return {
    name,
    version: (name === 'onnx' ? node : web) ?? common,
    lanes: async (backbone, pictures) => worthLanes(await compiledOnnx(backbone), backbone, pictures, name),
    loadBackbone: (backbone, pictures = 1) => loadOnnxBackbone(ort, name, backbone, pictures),
    createTrainer: async problem => (await import('./onnxHead.ts')).createOnnxTrainer(ort, problem),
    createProducts: async matrix => (await import('./onnxProducts.ts')).createOnnxProducts(ort, matrix),
  }
}

async function loadOnnxBackbone(
  ort: Ort,
  name: OrtName,
  backbone: Backbone,
  pictures: number,
): Promise<BackboneRunner> {
  const bytes = await compiledOnnx(backbone)
  const refused = refusing(backbone.name)
  const runner = await runnerFor(bytes, ort, name, backbone, pictures).catch(refused)
  return {
    atOnce: runner.atOnce,
    batch: runner.batch,
    run: async (pixels, count) => checked(await runner.run(pixels, count).catch(refused), backbone, count),
    dispose: () => runner.dispose(),
  }
}

async function runnerFor(bytes: Uint8Array, ort: Ort, name: OrtName, backbone: Backbone, pictures: number) {
  const lanes = worthLanes(bytes, backbone, pictures, name)
  if (!(await isLight(bytes, backbone))) {
    return (await import('./watchedLanes.ts')).startWatchedLanes(bytes, backbone, Math.max(1, lanes), name)
  }
  if (lanes > 0) return (await import('./onnxLanes.ts')).startLanes(bytes, backbone, lanes, name)
  return new OneSession(ort, await createSession(ort, bytes, threadsFor(name, pictures)), backbone)
}

/** In WebAssembly each further thread costs its start, which a few pictures don't earn. All cores where none is named. */
function threadsFor(name: OrtName, pictures: number): number | undefined {
  return name === 'wasm' && pictures <= FEW ? 1 : undefined
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
  readonly batch = isMemoryLittle() ? 2 : 16
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
