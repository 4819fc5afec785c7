import { expect, it } from 'vitest'
import type { Engine } from '../../src/engine/engine.ts'
import { createOnnxEngine } from '../../src/engine/onnx.ts'
import { kernelOf, rememberOrigin } from '../../src/head/kernel.ts'
import { seededRandom } from '../../src/head/sampler.ts'
import { gramOf } from '../helpers/gram.ts'

const [ROWS, WIDTH, BIAS] = [30, 50, 64]
const random = seededRandom(4)
const FROM = Float32Array.from({ length: ROWS * WIDTH }, () => random() * 4 - 2)

/** What the rows are with these factors, their kernel, and the products that it took. */
async function reweighted(from: Float32Array, factor: (column: number) => number) {
  const perColumn = Float32Array.from({ length: WIDTH }, (_, column) => factor(column))
  const values = from.map((value, at) => value * perColumn[at % WIDTH]!)
  rememberOrigin(values, { from, perColumn })
  const engine = await createOnnxEngine()
  let products = 0
  const counting: Engine = {
    ...engine,
    createProducts: matrix => {
      products += matrix.rows * matrix.rows * matrix.width
      return engine.createProducts(matrix)
    },
  }
  return { values, kernel: await kernelOf(counting, values, ROWS, BIAS), products }
}

it.each([
  ['one part counts more', (column: number) => (column < 20 ? 1.3 : 0.6)],
  ['one part alone counts', (column: number) => (column < 20 ? 1.4 : 0)],
  ['columns of a part lie apart', (column: number) => (column % 3 === 0 ? 1.2 : 0.9)],
  ['three parts differ', (column: number) => 1 + (column % 3) / 10],
  ['all count more', () => 1.5],
])('the kernel of rows follows from that of those they were made of: %s', async (_, factor) => {
  const { values, kernel } = await reweighted(FROM, factor)
  const expected = gramOf(values, ROWS, BIAS)
  for (const [at, value] of kernel.entries()) expect(Math.abs(value - expected[at]!)).toBeLessThan(1e-4)
})

it('takes the products of one part once, however many kernels are made of them', async () => {
  const from = FROM.slice()
  const all = ROWS * ROWS * WIDTH
  expect((await reweighted(from, column => (column < 20 ? 1.4 : 0))).products).toBe(all + ROWS * ROWS * 20)
  expect((await reweighted(from, column => (column < 20 ? 1.2 : 0.8))).products).toBe(0)
  expect((await reweighted(from, () => 1.5)).products).toBe(all)
})
