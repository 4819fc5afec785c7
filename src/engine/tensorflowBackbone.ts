import type { Backbone } from '../backbone/backbone.ts'
import { UserError } from '../errors.ts'
import { tfjsArtifacts } from '../formats/tfjs/write.ts'
import type { Graph } from '../graph/graph.ts'
import type { Recipe } from '../image/recipe.ts'
import type { BackboneRunner } from './engine.ts'
import type { GraphModelArtifacts, TensorFlow } from './tensorflowApi.ts'
import { registerOldOps, withKnownOps } from './tensorflowOps.ts'

const CHANNELS = 3
const LEVELS = 256
/** Pictures that go through the network at once: more gain little time and cost memory in proportion (docs/engines.md). */
const PICTURES_AT_ONCE = 16

/**
 * Makes a backbone's graph ready in tfjs-node, as a TF.js graph model that never touches the disk.
 *
 * @throws {UserError} E_ENGINE_FORMAT for a compiled ONNX network, E_UNSUPPORTED_OP (from `run`) for an op TF.js lacks
 */
export async function loadTensorflowBackbone(tf: TensorFlow, backbone: Backbone): Promise<BackboneRunner> {
  const network = await backbone.loadNetwork()
  if (network.format === 'onnx') {
    throw new UserError(
      'E_ENGINE_FORMAT',
      `${backbone.name} is an ONNX file, which the tensorflow engine cannot run.`,
      {
        hint: 'Use the onnx engine, or give the network as a TensorFlow graph.',
      },
    )
  }
  const { input, bottleneck } = network
  registerOldOps(tf)
  const model = await tf.loadGraphModel(tf.io.fromMemory(graphModelArtifacts(network.graph)))
  const { size } = backbone.recipe
  const picture = size * size * CHANNELS
  const prepared = preparedLevels(backbone.recipe)

  async function runAtOnce(pixels: Uint8Array, count: number): Promise<Float32Array> {
    const output = tf.tidy(() => {
      const x = tf.tensor(prepare(pixels, prepared), [count, size, size, CHANNELS], 'float32')
      try {
        return model.execute({ [input]: x }, bottleneck)
      } catch (error) {
        throw executionError(backbone, error)
      }
    })
    try {
      return await output.data()
    } finally {
      output.dispose()
    }
  }

  return {
    atOnce: 1,
    batch: PICTURES_AT_ONCE,
    async run(pixels, count) {
      const result = new Float32Array(count * backbone.features)
      for (let start = 0; start < count; start += PICTURES_AT_ONCE) {
        const some = Math.min(PICTURES_AT_ONCE, count - start)
        const bottlenecks = await runAtOnce(pixels.subarray(start * picture, (start + some) * picture), some)
        result.set(bottlenecks, start * backbone.features)
      }
      return result
    },
    async dispose() {
      model.dispose()
    },
  }
}

function graphModelArtifacts(graph: Graph): GraphModelArtifacts {
  const { weightData, ...artifacts } = tfjsArtifacts(withKnownOps(graph))
  // TF.js takes a view's whole buffer for the weights, whatever part of it the view shows.
  return { ...artifacts, weightData: new Uint8Array(weightData).buffer }
}

/** What the network sees of each of the 256 values of each channel, [256, 3]: cheaper than a division a pixel. */
function preparedLevels({ mean, scale }: Recipe): Float32Array {
  const levels = new Float32Array(LEVELS * CHANNELS)
  for (let level = 0; level < LEVELS; level++) {
    for (let channel = 0; channel < CHANNELS; channel++) {
      levels[level * CHANNELS + channel] = (level - mean[channel]!) / scale[channel]!
    }
  }
  return levels
}

function prepare(pixels: Uint8Array, levels: Float32Array): Float32Array {
  const result = new Float32Array(pixels.length)
  for (let i = 0; i < pixels.length; i += CHANNELS) {
    result[i] = levels[pixels[i]! * CHANNELS]!
    result[i + 1] = levels[pixels[i + 1]! * CHANNELS + 1]!
    result[i + 2] = levels[pixels[i + 2]! * CHANNELS + 2]!
  }
  return result
}

function executionError(backbone: Backbone, error: unknown): UserError {
  const message = error instanceof Error ? error.message.split('\n')[0]! : String(error)
  const op = message.match(/Unknown op '(\w+)'/i)?.[1]
  if (op === undefined) {
    return new UserError('E_ENGINE', `TensorFlow could not run ${backbone.name}: ${message}`, { cause: error })
  }
  return new UserError('E_UNSUPPORTED_OP', `${backbone.name} has the op ${op}, which TF.js does not have.`, {
    hint: 'Use the onnx engine.',
    cause: error,
  })
}
