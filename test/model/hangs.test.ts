import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { compileOnnx } from '../../src/compile/compile.ts'
import { constNode, type GraphNode, placeholderNode } from '../../src/graph/graph.ts'
import { foldConstants } from '../../src/graph/simplify/constants.ts'
import { floatTensor, intTensor } from '../../src/graph/tensor.ts'
import { loadModel } from '../../src/jobs/guess/loadModel.ts'
import { ints, node, text } from '../helpers/networks.ts'
import { SAMPLE_TEST } from '../helpers/pictures.ts'

const CASES = fileURLToPath(new URL('../cases/hangs', import.meta.url))

// Each took minutes or gigabytes: that these tests end is what they tell.
test.each([
  ['exp-addn', /is not a dense one with constant weights/],
  ['exp-concat', /is not a dense one with constant weights|takes too much/],
  ['concat-40', /The graph takes too much: up to "k\d+", a picture becomes \d+ numbers\./],
  ['S-softmax-4000', /it has no softmax at its end/],
  ['placeholder-20000', /takes pictures of 20000 pixels a side; the limit is 2048/],
])('a graph of a few kilobytes that would never end is refused: %s', async (name, message) => {
  const guess = async () => {
    const model = await loadModel(join(CASES, name))
    await model.guess(await readFile(join(SAMPLE_TEST, 'owl.jpg'))).finally(() => model.dispose())
  }
  await expect(guess()).rejects.toThrow(message)
})

test('what is advised is an option of the command that has it', async () => {
  const guess = loadModel(join(CASES, 'placeholder-20000'))
  await expect(guess).rejects.toMatchObject({ hint: expect.stringMatching(/itc train .*--input-size/) })
})

test('constants that double at every step are not computed for ever', () => {
  const start = constNode('c0', floatTensor([1, 1], [1]))
  const rows = constNode('rows', intTensor([1, 2048], new Array(2048).fill(1)))
  const columns = constNode('columns', intTensor([2048, 1], new Array(2048).fill(1)))
  const products = Array.from({ length: 50 }, (_, i): GraphNode => node('Mul', `p${i}`, ['rows', 'columns']))
  expect(() => foldConstants({ nodes: [start, rows, columns, ...products] })).toThrow(/constants takes too much/)
})

test.each([
  ['a pooling over a large window', pools(1, 1000)],
  ['poolings that each would do', pools(5, 500)],
  ['a convolution of a large kernel', convolution(96, 36)],
])('work for hours is refused before it begins: %s', (_, nodes) => {
  const graph = { nodes: [placeholderNode('input', 'float32', [-1, 1024, 1024, 3]), ...nodes] }
  const recipe = { size: 1024, mean: [0, 0, 0], scale: [1, 1, 1] } as const
  const compile = () => compileOnnx(graph, { input: 'input', outputs: [nodes.at(-1)!.name], recipe })
  expect(compile).toThrow(/The graph takes too much: up to ".*", a picture takes \d{4} billion multiplications\./)
})

test('more nodes than a runtime loads in some seconds are refused', () => {
  const chain = Array.from({ length: 20_001 }, (_, at) =>
    node('Relu', `relu${at}`, [at === 0 ? 'input' : `relu${at - 1}`]),
  )
  const graph = { nodes: [placeholderNode('input', 'float32', [-1, 8, 8, 3]), ...chain] }
  const recipe = { size: 8, mean: [0, 0, 0], scale: [1, 1, 1] } as const
  const compile = () => compileOnnx(graph, { input: 'input', outputs: ['relu20000'], recipe })
  expect(compile).toThrow(/The graph takes too much: up to "relu\d+", a picture passes 20001 nodes\./)
})

/** Poolings in a row, each over a window of so many pixels a side. */
function pools(count: number, window: number): GraphNode[] {
  return Array.from({ length: count }, (_, at) =>
    node('MaxPool', `pool${at}`, [at === 0 ? 'input' : `pool${at - 1}`], {
      ksize: ints(1, window, window, 1),
      strides: ints(1, 1, 1, 1),
      padding: text('SAME'),
    }),
  )
}

/** Of a kernel of so many pixels a side. */
function convolution(kernel: number, channels: number): GraphNode[] {
  const shape = [kernel, kernel, 3, channels]
  const weights = new Float32Array(kernel * kernel * 3 * channels)
  return [
    constNode('weights', floatTensor(shape, weights)),
    node('Conv2D', 'conv', ['input', 'weights'], { strides: ints(1, 1, 1, 1), padding: text('SAME') }),
  ]
}
