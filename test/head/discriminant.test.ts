import { expect, test } from 'vitest'
import { discriminants } from '../../src/head/discriminant.ts'
import { planHeads } from '../../src/head/plan.ts'
import { seededRandom } from '../../src/head/sampler.ts'
import { gramOf, timesSymmetric } from '../helpers/gram.ts'
import { plainDiscriminant } from '../helpers/plainDiscriminant.ts'

const [ROWS, WIDTH, CATEGORIES] = [24, 7, 3]
const random = seededRandom(3)
const labels = Int32Array.from({ length: ROWS }, (_, row) => row % CATEGORIES)
const values = Float32Array.from({ length: ROWS * WIDTH }, (_, at) => {
  const [row, place] = [Math.floor(at / WIDTH), at % WIDTH]
  return random() - 0.5 + (place === labels[row] ? 0.7 : 0)
})

function solve(features: Float32Array, active: (row: number, head: number) => boolean, heads: number, more = 0) {
  const kernel = gramOf(features, ROWS, more)
  return discriminants({
    gram: async left => timesSymmetric(left, kernel, ROWS),
    offset: more,
    squares: Float32Array.from({ length: ROWS }, (_, row) => kernel[row * ROWS + row]!),
    labels,
    categories: CATEGORIES,
    width: WIDTH,
    plan: planHeads(ROWS, heads, active),
  })
}

/** Logits of a row under a head, each less the first. */
function differences(found: Awaited<ReturnType<typeof solve>>, head: number, row: number): number[] {
  const logits = Array.from({ length: CATEGORIES }, (_, category) => {
    const column = head * CATEGORIES + category
    return found.products[column * ROWS + row]! + found.bias[column]!
  })
  return logits.map(logit => logit - logits[0]!)
}

test.each<[string, (row: number, head: number) => boolean]>([
  ['of categories alike', (row, head) => row % 4 !== head],
  ['of a category with few', (row, head) => labels[row] !== head || row < CATEGORIES * 2],
])('heads side by side are each what the definition says of its own rows, %s', async (_, active) => {
  const found = await solve(values, active, 2)
  for (const head of [0, 1]) {
    const own = [...labels.keys()].filter(row => active(row, head))
    const plain = plainDiscriminant(values, WIDTH, labels, CATEGORIES, own)
    for (let row = 0; row < ROWS; row++) {
      const expected = plain(row)
      differences(found, head, row).forEach((difference, category) => {
        expect(difference).toBeCloseTo(expected[category]! - expected[0]!, 1)
      })
    }
  }
})

test('a number added to all products changes nothing', async () => {
  const [plain, more] = [await solve(values, () => true, 1), await solve(values, () => true, 1, 1)]
  more.products.forEach((product, at) => {
    expect(product).toBeCloseTo(plain.products[at]!, 2)
  })
})

test.each([
  ['rows of zeros', new Float32Array(ROWS * WIDTH)],
  ['the same row in every category', new Float32Array(ROWS * WIDTH).fill(0.5)],
  [
    'the same row for all of a category',
    values.map((_, at) => (at % WIDTH === labels[Math.floor(at / WIDTH)] ? 1 : 0)),
  ],
])('%s give numbers', async (_, features) => {
  const found = await solve(features, () => true, 1)
  for (const value of [...found.sums, ...found.bias, ...found.products]) expect(Number.isFinite(value)).toBe(true)
})

test('a single row a category, and a category that a head never sees', async () => {
  const found = await solve(values, (row, head) => (head === 0 ? row < CATEGORIES : labels[row] !== 1), 2)
  for (const value of [...found.sums, ...found.products]) expect(Number.isFinite(value)).toBe(true)
  expect([...found.bias].map(Number.isFinite)).toEqual([true, true, true, true, false, true])
  for (let row = 0; row < CATEGORIES; row++) {
    const logits = differences(found, 0, row)
    expect(logits.indexOf(Math.max(...logits))).toBe(labels[row])
  }
})
