import { describe, expect, it } from 'vitest'
import { tfjsArtifacts } from '../../src/formats/tfjs/write.ts'
import { fakeQuantSteps } from '../../src/graph/fakeQuant.ts'
import { type Attr, constNode, type Graph, placeholderNode } from '../../src/graph/graph.ts'
import { floatTensor } from '../../src/graph/tensor.ts'
import { node, text, wave } from '../helpers/networks.ts'
import { largestDifference, PIXELS, runGraph } from '../helpers/runGraph.ts'

const eightBits: Record<string, Attr> = {
  num_bits: { kind: 'int', value: 8 },
  narrow_range: { kind: 'bool', value: false },
}
const scalar = (name: string, value: number) => constNode(name, floatTensor([], [value]))

describe('rounding as an 8-bit network does', () => {
  it('moves the range so that 0 is a step, like TensorFlow', () => {
    // tf.quantization.fake_quant_with_min_max_args(x, min=-0.1, max=63.65): the documented example of nudging
    const attrs = { ...eightBits, min: { kind: 'float', value: -0.1 }, max: { kind: 'float', value: 63.65 } } as const
    const { least, most, step } = fakeQuantSteps({ name: 'q', op: 'FakeQuantWithMinMaxArgs', inputs: [], attrs }, [])!
    expect(step).toBeCloseTo(0.25, 5)
    expect(least).toBeCloseTo(0, 5)
    expect(most).toBeCloseTo(63.75, 5)
  })

  it('limits and rounds activations', async () => {
    const graph: Graph = {
      nodes: [
        placeholderNode('input', 'float32', [-1, 32, 32, 3]),
        scalar('low', 0),
        scalar('high', 102),
        node('FakeQuantWithMinMaxVars', 'rounded', ['input', 'low', 'high'], eightBits),
      ],
    }
    const { rounded } = await runGraph(graph, ['rounded'])
    const step = 102 / 255
    const expected = Float32Array.from(PIXELS, value => Math.floor(Math.min(value, 102) / step + 0.5) * step)
    expect(largestDifference(rounded!, expected)).toBeLessThan(1e-4)
    expect(Math.max(...rounded!)).toBeCloseTo(102, 4)
  })

  it('is written out for TF.js, which would pass it over', () => {
    const graph: Graph = {
      nodes: [
        placeholderNode('input', 'float32', [-1, 32, 32, 3]),
        scalar('low', 0),
        node('Identity', 'low/read', ['low']),
        scalar('high', 102),
        node('FakeQuantWithMinMaxVars', 'rounded', ['input', 'low/read', 'high'], eightBits),
      ],
    }
    const { node: nodes } = tfjsArtifacts(graph).modelTopology as { node: { name: string; op: string }[] }
    expect(nodes.map(({ op }) => op)).not.toContain('FakeQuantWithMinMaxVars')
    expect(nodes.at(-1)).toMatchObject({ name: 'rounded', op: 'Add' })
  })

  it('rounds weights before they go into a convolution', async () => {
    const weights = wave(12)
    // Of 15 steps of 0.1 from -0.75 none is 0, so TensorFlow moves the range down by half a step.
    const rounded = weights.map(
      value => Math.floor((Math.min(0.7, Math.max(-0.8, value)) + 0.8) / 0.1 + 0.5) * 0.1 - 0.8,
    )
    const bits: Attr = { kind: 'int', value: 4 }
    const graph = (values: Float32Array, filter: string): Graph => ({
      nodes: [
        placeholderNode('input', 'float32', [-1, 32, 32, 3]),
        constNode('w', floatTensor([1, 1, 3, 4], values)),
        scalar('low', -0.75),
        scalar('high', 0.75),
        node('FakeQuantWithMinMaxVars', 'w/q', ['w', 'low', 'high'], { ...eightBits, num_bits: bits }),
        node('Conv2D', 'conv', ['input', filter], {
          strides: { kind: 'ints', value: [1, 1, 1, 1] },
          padding: text('SAME'),
          data_format: text('NHWC'),
        }),
      ],
    })
    const plain = await runGraph(graph(rounded, 'w'), ['conv'])
    const quantised = await runGraph(graph(weights, 'w/q'), ['conv'])
    expect(largestDifference(quantised.conv!, plain.conv!)).toBeLessThan(1e-3)
  })
})
