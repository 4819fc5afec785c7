import { beforeAll, describe, expect, it } from 'vitest'
import type { Engine } from '../../src/engine/engine.ts'
import { createOnnxEngine } from '../../src/engine/onnx.ts'
import { coveredRows, discriminantPart, discriminantsOf } from '../../src/head/discriminantPart.ts'
import { planHeads } from '../../src/head/plan.ts'
import { primalDiscriminants } from '../../src/head/primal.ts'
import { seededRandom } from '../../src/head/sampler.ts'
import { softmaxRows } from '../../src/head/softmax.ts'
import { plainDiscriminant } from '../helpers/plainDiscriminant.ts'

/** Made-up rows that are hard to tell apart; they are of two panels where they are wider than one. */
function madeUp(rows: number, width: number, categories: number) {
  const random = seededRandom(5)
  const labels = Int32Array.from({ length: rows }, (_, row) => row % categories)
  const values = Float32Array.from({ length: rows * width }, (_, at) => {
    const [row, place] = [Math.floor(at / width), at % width]
    return ((random() - 0.5) * 10) / (1 + place / 20) + (place % categories === labels[row] ? 0.1 : 0)
  })
  const read = async (chosen: Int32Array) => {
    const own = new Float32Array(chosen.length * width)
    for (const [to, row] of chosen.entries()) own.set(values.subarray(row * width, (row + 1) * width), to * width)
    return own
  }
  return { rows, width, labels, categories, values, read }
}

type Linear = { readonly weights: Float32Array; readonly bias: Float32Array }

function logitsOf({ weights, bias }: Linear, { values, width, categories }: ReturnType<typeof madeUp>) {
  return (row: number, head: number) =>
    Float32Array.from({ length: categories }, (_, category) => {
      const column = head * categories + category
      let logit = bias[column]!
      for (let at = 0; at < width; at++) logit += values[row * width + at]! * weights[column * width + at]!
      return logit
    })
}

let engine: Engine
beforeAll(async () => {
  engine = await createOnnxEngine()
})

describe('discriminants in the primal', () => {
  const [ROWS, HEADS] = [300, 2]
  const source = madeUp(ROWS, 258, 2)
  const { labels, values, width, categories } = source
  /** The second head has few rows of the second category. */
  const plan = planHeads(ROWS, HEADS, (row, head) => {
    return row % 5 !== head && row % 7 !== 1 && (head === 0 || labels[row] === 0 || row < 60)
  })

  it('give the scores of the definition, and know their mean square without a look at the rows', async () => {
    const found = await primalDiscriminants(engine, source, plan, () => true)
    const logits = logitsOf(found, source)
    for (let head = HEADS - 1; head < HEADS; head++) {
      const own = [...labels.keys()].filter(row => plan.active[row * HEADS + head] !== 0)
      const plain = plainDiscriminant(values, width, labels, categories, own)
      for (let row = 0; row < ROWS; row++) {
        const [scores, expected] = [logits(row, head), Float32Array.from(plain(row))].map(each => softmaxRows(each, 2))
        for (const [at, score] of scores!.entries()) expect(Math.abs(score - expected![at]!)).toBeLessThan(1e-5)
      }
      const squares = own.map(row => ((logits(row, head)[0]! - logits(row, head)[1]!) / 2) ** 2)
      const mean = squares.reduce((sum, square) => sum + square, 0) / own.length
      expect(found.squares[head]! / mean).toBeCloseTo(1, 4)
    }
  })

  it('stop where they are told to', async () => {
    const signal = AbortSignal.abort(new Error('stopped'))
    await expect(primalDiscriminants(engine, source, plan, () => true, { signal })).rejects.toThrow('stopped')
  })

  it('take all means and a sample of the covariance, where they are told to', async () => {
    const found = await primalDiscriminants(engine, source, plan, row => row % 2 === 0)
    const whole = await primalDiscriminants(engine, source, plan, () => true)
    const right = (logits: ReturnType<typeof logitsOf>) =>
      labels.filter((label, row) => Number(logits(row, 0)[1]! > logits(row, 0)[0]!) === label).length
    expect(found.bias).not.toEqual(whole.bias)
    expect(right(logitsOf(found, source))).toBeGreaterThan(0.75 * ROWS)
  })
})

it.each([
  ['rows of zeros', () => 0],
  ['the same row in every category', () => 0.5],
  ['the same row for all of a category', (place: number, label: number) => Number(place % 3 === label)],
])('%s give numbers', async (_, number) => {
  const plain = madeUp(30, 7, 3)
  const values = plain.values.map((_, at) => number(at % 7, plain.labels[Math.floor(at / 7)]!))
  const read = async (chosen: Int32Array) => {
    return Float32Array.from({ length: 7 * chosen.length }, (_, at) => {
      return values[7 * chosen[Math.floor(at / 7)]! + (at % 7)]!
    })
  }
  // Of three heads one has no rows at all, and one never sees a category.
  const plan = planHeads(30, 3, (row, head) => head === 1 || (head === 2 && row % 3 !== 1))
  const found = await primalDiscriminants(engine, { ...plain, read }, plan, () => true)
  for (const value of [...found.weights, ...found.squares]) expect(Number.isFinite(value)).toBe(true)
  expect([...found.bias].map(Number.isFinite)).toEqual([false, false, false, true, true, true, true, false, true])
})

it('are what heads of many rows learn from, in memory and in a file', async () => {
  const source = madeUp(7200, 5, 3)
  const plan = planHeads(7200, 2, (row, head) => row % 5 !== head)
  const inFile = await discriminantsOf(engine, source, plan)
  const inMemory = await discriminantPart(engine, { ...source, features: source.values, answered: 90 }, plan)
  const weights = await inFile.weights()
  expect(await inMemory.weights()).toEqual(weights)
  const logits = logitsOf({ weights, bias: inFile.bias }, source)
  for (let row = 0; row < 90; row++) {
    const own = Float32Array.of(...logits(row, 0), ...logits(row, 1))
    own.forEach((logit, at) => {
      expect(inMemory.logits[row * 6 + at]!).toBeCloseTo(logit, 4)
    })
  }
  const plain = plainDiscriminant(
    source.values,
    5,
    source.labels,
    3,
    [...source.labels.keys()].filter(row => row % 5 !== 0),
  )
  for (let row = 0; row < 90; row++) {
    const [ours, expected] = [logits(row, 0), plain(row)]
    expect(2 * (ours[1]! - ours[0]!)).toBeCloseTo(expected[1]! - expected[0]!, 3) // it is divided by 2 (bench/evaluation)
  }
})

it.each([
  { what: 'few rows by products of rows', rows: 6000, width: 3584, categories: 5, heads: 5, covered: 0 },
  { what: 'as many as there is time for', rows: 100_000, width: 3584, categories: 50, heads: 5, covered: 22_900 },
  { what: 'some for each category', rows: 6000, width: 8000, categories: 100, heads: 5, covered: 3000 },
  {
    what: 'some for each of very many categories',
    rows: 60_000,
    width: 8000,
    categories: 5000,
    heads: 1,
    covered: 30_000,
  },
  { what: 'most rows by products of rows', rows: 2000, width: 8000, categories: 100, heads: 5, covered: 0 },
])('the covariance of heads covers $what: $rows rows of $categories categories', ({ covered, heads, ...source }) => {
  const plan = planHeads(source.rows, heads, (row, head) => row % 5 !== head)
  expect(
    coveredRows(
      source,
      plan,
      Int32Array.from({ length: source.rows }, (_, row) => row),
    ),
  ).toBe(covered)
})

describe('discriminants on the scale of a softmax', () => {
  const rows = madeUp(60, 6, 3)
  const part = (features: Float32Array, trains: (row: number, head: number) => boolean) =>
    discriminantPart(engine, { ...rows, features, answered: rows.rows }, planHeads(rows.rows, 3, trains))

  it('give a category that a head never saw less than any other, and a head that saw nothing no opinion', async () => {
    const { logits } = await part(rows.values, (row, head) => head === 1 || (head === 2 && row % 3 !== 1))
    for (let row = 0; row < rows.rows; row++) {
      const [none, , some] = [0, 1, 2].map(head => [...logits.subarray(row * 9 + 3 * head, row * 9 + 3 * head + 3)])
      expect(none).toEqual([0, 0, 0])
      expect(some!.every(Number.isFinite)).toBe(true)
    }
    const mean = (column: number) => rows.labels.reduce((sum, _, row) => sum + logits[row * 9 + column]! / rows.rows, 0)
    expect(mean(7)).toBeLessThan(Math.min(mean(6), mean(8)) - 3)
  })

  it('are bounded where rows are all alike in their categories', async () => {
    const alike = rows.values.map((_, at) => 9 * Number(at % 3 === rows.labels[Math.floor(at / 6)]))
    const { logits } = await part(alike, () => true)
    const square = logits.reduce((sum, logit, at) => {
      const first = at - (at % 3)
      const middle = (logits[first]! + logits[first + 1]! + logits[first + 2]!) / 3
      return sum + (logit - middle) ** 2 / logits.length
    }, 0)
    expect(Math.sqrt(square)).toBeCloseTo(10, 2)
  })
})
