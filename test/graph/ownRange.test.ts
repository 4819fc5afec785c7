import { expect, test } from 'vitest'
import { ownRange } from '../../src/graph/cut/ownRange.ts'
import { constNode, type Graph, type GraphNode, placeholderNode } from '../../src/graph/graph.ts'
import { floatTensor, intTensor } from '../../src/graph/tensor.ts'
import { largestDifference, PIXELS, runGraph } from '../helpers/runGraph.ts'

type Step = readonly [op: string, values: readonly number[]]

/** A graph that scales its input in steps, then pools it. */
function scaled(...steps: readonly Step[]): Graph {
  const nodes: GraphNode[] = [placeholderNode('input', 'float32', [-1, 32, 32, 3])]
  for (const [i, [op, values]] of steps.entries()) {
    const shape = values.length === 1 ? [] : [values.length]
    const last = nodes.at(-1)!.name
    nodes.push(constNode(`c${i}`, floatTensor(shape, values)), {
      name: `s${i}`,
      op,
      inputs: [last, `c${i}`],
      attrs: {},
    })
  }
  return { nodes: [...nodes, { name: 'end', op: 'Relu', inputs: [nodes.at(-1)!.name], attrs: {} }] }
}

test.each([
  ['nothing', [], undefined],
  [
    'to -1 to 1, as MobileNet',
    [
      ['RealDiv', [127.5]],
      ['Sub', [1]],
    ],
    '0 to 255',
  ],
  [
    "by ImageNet's mean and deviation, as torch",
    [
      ['RealDiv', [255]],
      ['Sub', [0.485, 0.456, 0.406]],
      ['RealDiv', [0.229, 0.224, 0.225]],
    ],
    '0 to 255',
  ],
  ["by less ImageNet's mean, as caffe", [['BiasAdd', [-103.939, -116.779, -123.68]]], '0 to 255'],
  [
    'from 0 to 1 to -1 to 1, as TensorFlow Hub',
    [
      ['Mul', [2]],
      ['Sub', [1]],
    ],
    '0 to 1',
  ],
  [
    'from 0 to 1 by ImageNet',
    [
      ['Sub', [0.485, 0.456, 0.406]],
      ['RealDiv', [0.229, 0.224, 0.225]],
    ],
    '0 to 1',
  ],
] as const)('a graph that scales %s is given what it was made for', (_, steps, range) => {
  expect(ownRange(scaled(...(steps as readonly Step[])), 'input')).toBe(range)
})

test('a slice backwards over the last axis, behind an ellipsis, turns RGB into BGR', async () => {
  const ints = (name: string, values: number[]): GraphNode => constNode(name, intTensor([values.length], values))
  const masks = { ellipsis_mask: 1, begin_mask: 2, end_mask: 2 }
  const attrs = Object.fromEntries(Object.entries(masks).map(([key, value]) => [key, { kind: 'int', value } as const]))
  const nodes: GraphNode[] = [
    placeholderNode('input', 'float32', [-1, 32, 32, 3]),
    ints('begin', [0, 0]),
    ints('end', [0, 0]),
    ints('steps', [1, -1]),
    { name: 'bgr', op: 'StridedSlice', inputs: ['input', 'begin', 'end', 'steps'], attrs },
  ]
  const { bgr } = await runGraph({ nodes }, ['bgr'])
  const wanted = Float32Array.from(PIXELS, (_, i) => PIXELS[i - (i % 3) + 2 - (i % 3)]!)
  expect(largestDifference(bgr!, wanted)).toBe(0)
})
