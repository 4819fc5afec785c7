import { expect, test } from 'vitest'
import { outputShapes } from '../../src/compile/compile.ts'
import { findBottleneck } from '../../src/graph/cut/bottleneck.ts'
import { cutGraph } from '../../src/graph/cut/cut.ts'
import { findInput } from '../../src/graph/cut/input.ts'
import { constNode, type Graph, placeholderNode } from '../../src/graph/graph.ts'
import { simplify } from '../../src/graph/simplify/simplify.ts'
import { floatTensor, intTensor } from '../../src/graph/tensor.ts'
import { ints, node, smallNetwork, text, wave } from '../helpers/networks.ts'
import { largestDifference, RAW, runGraph } from '../helpers/runGraph.ts'

function withNodes(...more: Graph['nodes']): Graph {
  const graph = smallNetwork()
  return { ...graph, nodes: [...graph.nodes, ...more] }
}

test('input and bottleneck are found by structure', () => {
  const graph = smallNetwork()
  expect(findInput(graph)).toBe('input')
  expect(findBottleneck(graph, 'input')).toBe('features')
})

test('sizes of outputs are known before anything runs', () => {
  const outputs = ['pool', 'final_result']
  expect(outputShapes(smallNetwork(), { input: 'input', bottleneck: 'features', outputs, recipe: RAW })).toEqual({
    features: [-1, 6],
    pool: [-1, 8, 8, 4],
    final_result: [-1, 3],
  })
})

test('simplifying folds normalisation and biases away and changes nothing', async () => {
  const graph = smallNetwork()
  const outputs = ['features', 'final_result']
  const simple = simplify(cutGraph(graph, { input: 'input', outputs }), outputs)
  expect(simple.nodes.map(other => other.op)).not.toContain('FusedBatchNorm')
  const [before, after] = [await runGraph(graph, [...outputs, 'bn', 'conv']), await runGraph(simple, outputs)]
  for (const output of outputs) expect(largestDifference(before[output]!, after[output]!)).toBeLessThan(1e-3)
})

test('an average pooling bottleneck covers the map at any input size', async () => {
  const pooled = node('AvgPool', 'small_window', ['biased'], {
    ksize: ints(1, 4, 4, 1),
    strides: ints(1, 1, 1, 1),
    padding: text('VALID'),
  })
  const graph = withNodes(pooled)
  const options = { input: 'input', bottleneck: 'small_window' }
  expect(outputShapes(graph, { ...options, recipe: RAW }).features).toEqual([-1, 6])
  expect(outputShapes(graph, { ...options, recipe: { ...RAW, size: 96 } }).features).toEqual([-1, 6])
})

test('zeros around a max pooling stay zeros, whatever the runtime fuses', async () => {
  const paddings = constNode('paddings', intTensor([4, 2], [0, 0, 1, 1, 1, 1, 0, 0]))
  const shifted = [constNode('far', floatTensor([], [-1e6])), node('AddV2', 'below', ['biased', 'far'])]
  const pool = { ksize: ints(1, 3, 3, 1), strides: ints(1, 1, 1, 1), padding: text('VALID') }
  const graph = withNodes(
    paddings,
    ...shifted,
    node('Pad', 'padded', ['below', 'paddings']),
    node('MaxPool', 'edges', ['padded'], pool),
  )
  const { edges } = await runGraph(graph, ['edges'])
  expect(edges![0]).toBe(0)
})

test('a reshape made for one picture is opened for batches', async () => {
  const shape = constNode('one', intTensor([2], [1, 6]))
  const { flat } = await runGraph(withNodes(shape, node('Reshape', 'flat', ['features', 'one'])), ['flat'])
  expect(flat).toHaveLength(12)
})

test.each([
  ['an unknown output', () => cutGraph(smallNetwork(), { input: 'input', outputs: ['feature'] }), 'E_NO_NODE'],
  [
    'variables',
    () =>
      cutGraph(withNodes(node('VariableV2', 'v', []), node('MatMul', 'm', ['features', 'v'])), {
        input: 'input',
        outputs: ['m'],
      }),
    'E_NOT_FROZEN',
  ],
  [
    'a second input',
    () =>
      cutGraph(withNodes(placeholderNode('other', 'float32', null), node('Add', 'm', ['features', 'other'])), {
        input: 'input',
        outputs: ['m'],
      }),
    'E_INPUTS',
  ],
  [
    'a loop',
    () =>
      cutGraph(withNodes(node('Add', 'a', ['features', 'b']), node('Relu', 'b', ['a'])), {
        input: 'input',
        outputs: ['b'],
      }),
    'E_BAD_GRAPH',
  ],
  [
    'no pooling',
    () => findBottleneck({ nodes: smallNetwork().nodes.filter(other => other.name !== 'features') }, 'input'),
    'E_NO_POOLING',
  ],
  [
    'a bias of another length',
    () =>
      outputShapes(withNodes(constNode('b', floatTensor([4], wave(4))), node('BiasAdd', 'x', ['features', 'b'])), {
        input: 'input',
        outputs: ['x'],
        recipe: RAW,
      }),
    'E_BAD_GRAPH',
  ],
  ['no input', () => findInput({ nodes: [constNode('c', floatTensor([], wave(1)))] }), 'E_NO_INPUT'],
  [
    'an unknown op',
    () => outputShapes(withNodes(node('Bogus', 'x', ['features'])), { input: 'input', outputs: ['x'], recipe: RAW }),
    'E_UNSUPPORTED_OP',
  ],
])('%s is refused in a sentence', (_, act, code) => {
  expect(act).toThrow(expect.objectContaining({ code }))
})
