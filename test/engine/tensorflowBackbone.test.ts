import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import type { Backbone, Network } from '../../src/backbone/backbone.ts'
import { loadTensorflowBackbone } from '../../src/engine/tensorflowBackbone.ts'
import { cutGraph } from '../../src/graph/cut/cut.ts'
import { constNode, dtypeAttr, type Graph, type GraphNode, placeholderNode } from '../../src/graph/graph.ts'
import { floatTensor, intTensor } from '../../src/graph/tensor.ts'
import { bundledGraph } from '../helpers/runGraph.ts'
import { describeTensorflow } from '../helpers/tensorflowSuite.ts'

const REFERENCE = new URL('../../../shared/reference/', import.meta.url)
const PICTURES = 8

const BUNDLED = [
  {
    name: 'mobilenet_v1',
    size: 224,
    mean: 127.5,
    scale: 127.5,
    node: 'MobilenetV1/Logits/AvgPool_1a/AvgPool',
    width: 1024,
  },
  { name: 'efficientnet_lite0', size: 224, mean: 127, scale: 128, node: 'features', width: 1280 },
  { name: 'efficientnet_lite2', size: 260, mean: 127, scale: 128, node: 'features', width: 1280 },
]

describeTensorflow('running backbones in tensorflow', tf => {
  it.skipIf(!existsSync(REFERENCE)).each(BUNDLED)('$name gives the features of the original network', async bundled => {
    const { name, size, mean, scale, node, width } = bundled
    const whole = await bundledGraph(name)
    const graph = cutGraph(whole, { input: 'input', outputs: [node], bottleneck: node })
    const runner = await loadTensorflowBackbone(
      tf,
      backbone({ format: 'graph', graph, input: 'input', bottleneck: node }, size, width, [mean, scale]),
    )
    const pixels = readFileSync(new URL(`input-${size}.u8`, REFERENCE))
    const features = await runner.run(pixels, PICTURES)
    await runner.dispose()

    const bytes = readFileSync(new URL(`${name}.features.f32`, REFERENCE))
    const expected = new Float32Array(new Uint8Array(bytes).buffer)
    expect(features.length).toBe(expected.length)
    for (let picture = 0; picture < PICTURES; picture++) {
      const row = [picture * width, (picture + 1) * width] as const
      // The bundled weights are float16; the reference's are float32.
      expect(cosine(features.subarray(...row), expected.subarray(...row))).toBeGreaterThan(0.9999)
    }
  })

  it('scales each channel as the recipe says, and gives pictures in their order over many batches', async () => {
    const runner = await loadTensorflowBackbone(tf, tiny({ mean: [10, 20, 30], scale: [2, 4, 8] }))
    const count = 50
    const pixels = Uint8Array.from({ length: count * 4 * 3 }, (_, at) => Math.floor(at / 12) * 3 + (at % 3))
    const features = await runner.run(pixels, count)
    for (let picture = 0; picture < count; picture++) {
      const value = picture * 3
      const expected = [(value - 10) / 2, (value + 1 - 20) / 4, (value + 2 - 30) / 8]
      expect([...features.subarray(picture * 3, picture * 3 + 3)]).toEqual(expected)
    }
    await runner.dispose()
  })

  it.each([true, false])('runs the ops of 2015 that TF.js lacks (gamma used: %s)', async scaled => {
    const vector = (name: string, values: number[]) => constNode(name, floatTensor([3], values))
    const pass = (name: string, op: string, input: string): GraphNode => ({ name, op, inputs: [input], attrs: FLOAT })
    const normalised: GraphNode = {
      name: 'normalised',
      op: 'BatchNormWithGlobalNormalization',
      inputs: ['default', 'mean', 'variance', 'beta', 'gamma'],
      attrs: {
        ...FLOAT,
        variance_epsilon: { kind: 'float', value: 0.5 },
        scale_after_normalization: { kind: 'bool', value: scaled },
      },
    }
    const runner = await loadTensorflowBackbone(
      tf,
      averaging('checked', {}, [
        ...[
          vector('mean', [1, 2, 3]),
          vector('variance', [1, 4, 9]),
          vector('beta', [5, 6, 7]),
          vector('gamma', [2, 3, 4]),
        ],
        ...[
          pass('default', 'PlaceholderWithDefault', 'in'),
          normalised,
          pass('checked', 'CheckNumerics', 'normalised'),
        ],
      ]),
    )
    const features = await runner.run(new Uint8Array(12).fill(255), 1) // 255 is seen as 1
    await runner.dispose()
    const gamma = scaled ? [2, 3, 4] : [1, 1, 1]
    ;[0, -1, -2].forEach((fromMean, channel) => {
      const expected = (fromMean / Math.sqrt((channel + 1) ** 2 + 0.5)) * gamma[channel]! + 5 + channel
      expect(features[channel]).toBeCloseTo(expected, 5)
    })
  })

  it('holds no tensor after a run but the weights, and none once disposed of', async () => {
    const before = tf.memory().numTensors
    const runner = await loadTensorflowBackbone(tf, tiny({}))
    const pixels = new Uint8Array(20 * 4 * 3)
    await runner.run(pixels, 20)
    const during = tf.memory().numTensors
    for (let i = 0; i < 10; i++) await runner.run(pixels, 20)
    expect(tf.memory().numTensors).toBe(during)
    await runner.dispose()
    expect(tf.memory().numTensors).toBe(before)
  })

  it('refuses a compiled network and names the engine that takes it', async () => {
    const network: Network = { format: 'onnx', bytes: new Uint8Array() }
    await expect(loadTensorflowBackbone(tf, backbone(network, 2, 3))).rejects.toMatchObject({
      code: 'E_ENGINE_FORMAT',
      hint: expect.stringContaining('onnx engine'),
    })
  })

  it('names an op that TF.js lacks, and leaks nothing when it fails', async () => {
    const graph: Graph = {
      nodes: [
        placeholder(),
        { name: 'out', op: 'Betainc', inputs: ['in', 'in', 'in'], attrs: { T: dtypeAttr('float32') } },
      ],
    }
    const before = tf.memory().numTensors
    const runner = await loadTensorflowBackbone(
      tf,
      backbone({ format: 'graph', graph, input: 'in', bottleneck: 'out' }, 2, 3),
    )
    await expect(runner.run(new Uint8Array(12), 1)).rejects.toMatchObject({
      code: 'E_UNSUPPORTED_OP',
      message: expect.stringContaining('Betainc'),
    })
    await runner.dispose()
    expect(tf.memory().numTensors).toBe(before)
  })
})

const FLOAT = { T: dtypeAttr('float32') }

/** A network whose bottleneck is the average colour of its prepared input, 2x2 pixels. */
function tiny(recipe: Partial<Backbone['recipe']>): Backbone {
  return averaging('in', recipe)
}

/** A network of those nodes, whose bottleneck is the average over the pixels of the node `from`. */
function averaging(from: string, recipe: Partial<Backbone['recipe']>, nodes: readonly GraphNode[] = []): Backbone {
  const mean: GraphNode = {
    name: 'out',
    op: 'Mean',
    inputs: [from, 'axes'],
    attrs: { ...FLOAT, Tidx: dtypeAttr('int32'), keep_dims: { kind: 'bool', value: false } },
  }
  const graph: Graph = { nodes: [placeholder(), ...nodes, constNode('axes', intTensor([2], [1, 2])), mean] }
  const made = backbone({ format: 'graph', graph, input: 'in', bottleneck: 'out' }, 2, 3)
  return { ...made, recipe: { ...made.recipe, ...recipe } }
}

function placeholder(): GraphNode {
  return placeholderNode('in', 'float32', [-1, 2, 2, 3])
}

function backbone(network: Network, size: number, features: number, [mean, scale] = [127.5, 127.5]): Backbone {
  return {
    name: 'example',
    sha256: '',
    recipe: { size, resize: 'stretch', mean: [mean!, mean!, mean!], scale: [scale!, scale!, scale!] },
    features,
    loadNetwork: async () => network,
  }
}

function cosine(a: Float32Array, b: Float32Array): number {
  let [dot, aa, bb] = [0, 0, 0]
  for (let at = 0; at < a.length; at++) {
    dot += a[at]! * b[at]!
    aa += a[at]! ** 2
    bb += b[at]! ** 2
  }
  return dot / Math.sqrt(aa * bb)
}
