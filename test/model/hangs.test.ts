import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { constNode, type GraphNode } from '../../src/graph/graph.ts'
import { foldConstants } from '../../src/graph/simplify/constants.ts'
import { floatTensor, intTensor } from '../../src/graph/tensor.ts'
import { loadModel } from '../../src/jobs/guess/loadModel.ts'
import { node } from '../helpers/networks.ts'
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

test('constants that double at every step are not computed for ever', () => {
  const start = constNode('c0', floatTensor([1, 1], [1]))
  const rows = constNode('rows', intTensor([1, 2048], new Array(2048).fill(1)))
  const columns = constNode('columns', intTensor([2048, 1], new Array(2048).fill(1)))
  const products = Array.from({ length: 50 }, (_, i): GraphNode => node('Mul', `p${i}`, ['rows', 'columns']))
  expect(() => foldConstants({ nodes: [start, rows, columns, ...products] })).toThrow(/constants takes too much/)
})
