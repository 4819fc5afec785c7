import { describe, expect, test } from 'vitest'
import { assess, findNear } from '../../src/assess/assess.ts'
import { BANK_ROWS, makeBank, sampleEvenly } from '../../src/assess/makeBank.ts'
import { unitRows } from '../../src/assess/neighbours.ts'
import type { HeadsPlan } from '../../src/head/plan.ts'
import { seededRandom } from '../../src/head/sampler.ts'

const WIDTH = 16

/** Pictures of each category around a centre of its own; `spread` 0 puts all on it. */
function clouds(sizes: readonly number[], { spread = 0.3, apart = 1, seed = 4 } = {}) {
  const random = seededRandom(seed)
  const labels = Int32Array.from(sizes.flatMap((size, category) => new Array<number>(size).fill(category)))
  const centres = sizes.map(() => Array.from({ length: WIDTH }, () => 1 + apart * random()))
  const values = Float32Array.from(
    Array.from(labels).flatMap(label => centres[label]!.map(at => at + spread * random())),
  )
  return { features: { values, rows: labels.length, width: WIDTH }, labels, categories: sizes.length, centres }
}

/** Stands in for gradient descent: a category's logit falls with the distance to the mean of its active rows. */
function nearestMeans({ features: { values }, labels, categories }: ReturnType<typeof clouds>) {
  return async ({ rows, heads, active }: HeadsPlan) => {
    const logits = new Float32Array(rows * heads * categories)
    for (let head = 0; head < heads; head++) {
      const sums = Array.from({ length: categories }, () => ({ count: 0, values: new Float64Array(WIDTH) }))
      for (let row = 0; row < rows; row++) {
        if (active[row * heads + head] !== 1) continue
        const sum = sums[labels[row]!]!
        sum.count++
        sum.values.forEach((_, at) => {
          sum.values[at]! += values[row * WIDTH + at]!
        })
      }
      for (let row = 0; row < rows; row++) {
        sums.forEach(({ count, values: total }, category) => {
          const far = total.reduce((sum, value, at) => sum + (values[row * WIDTH + at]! - value / count) ** 2, 0)
          logits[(row * heads + head) * categories + category] = count === 0 ? -20 : -3 * far
        })
      }
    }
    return logits
  }
}

async function assessClouds(data: ReturnType<typeof clouds>) {
  const folds = Array.from(data.labels, (_, row) => row % 5)
  const trainHeads = nearestMeans(data)
  const active = Float32Array.from(data.labels, () => 1)
  const logits = await trainHeads({ rows: data.labels.length, heads: 1, active })
  const { labels, categories } = data
  return assess(await findNear(data.features, labels), { logits, labels, categories }, folds, { trainHeads })
}

/** Every number in a record, however deep. */
function numbers(value: unknown): number[] {
  if (typeof value === 'number') return [value]
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(numbers)
  return []
}

test('categories well apart: told, calibrated, unknowns caught', async () => {
  const data = clouds([40, 40, 40, 40])
  const result = await assessClouds(data)
  expect(result.evaluation.accuracy).toBe(1)
  expect(result.familiarity.separation.auroc).toBeGreaterThan(0.95)
  expect(result.familiarity.separation.threshold).toMatchObject({ reached: true })
  expect(result.familiarity.separation.perCategory.map(({ pictures }) => pictures)).toEqual([40, 40, 40, 40])
  expect(result.familiarity.bank.rows).toBe(160)
  expect(result.curve!.points.length).toBe(4)
  expect(result.doubts.filter(({ contradicted }) => contradicted)).toEqual([])
})

test('swapped labels come first', async () => {
  const data = clouds([60, 60, 60])
  for (const row of [5, 70, 150]) data.labels[row] = (data.labels[row]! + 1) % 3
  const { doubts } = await assessClouds(data)
  expect(new Set(doubts.slice(0, 3).map(({ row }) => row))).toEqual(new Set([5, 70, 150]))
})

describe('figures stay honest, free of NaN', () => {
  test.each([
    ['three pictures a category', clouds([3, 3])],
    ['one category of one picture', clouds([30, 1, 30])],
    ['one huge and forty tiny categories', clouds([400, ...new Array<number>(40).fill(3)])],
    ['two identical categories', clouds([20, 20], { apart: 0, spread: 0.2 })],
    ['all features equal', clouds([10, 10, 10], { apart: 0, spread: 0 })],
    ['two categories', clouds([25, 25])],
  ])('%s', async (_, data) => {
    const result = await assessClouds(data)
    const { bank: _bank, ...familiarity } = result.familiarity
    const found = numbers({ ...result, familiarity })
    expect(found.filter(value => !Number.isFinite(value))).toEqual([])
    expect(JSON.parse(JSON.stringify({ ...result, familiarity }))).toBeDefined()
  })

  test('all features equal tells no unknowns, and says so', async () => {
    const { separation } = (await assessClouds(clouds([10, 10, 10], { apart: 0, spread: 0 }))).familiarity
    expect(separation.auroc).toBe(0.5)
    expect(separation.threshold!.reached).toBe(false)
  })

  test('few pictures have a wide interval', async () => {
    const { interval } = (await assessClouds(clouds([3, 3]))).evaluation
    expect(interval.high - interval.low).toBeGreaterThan(0.35)
  })
})

test('without a trainer: no curve, and neighbours do alone', async () => {
  const { features, labels, categories } = clouds([20, 20, 20])
  const near = await findNear(features, labels)
  const result = await assess(near, { logits: new Float32Array(180), labels, categories }, new Array(60).fill(0))
  expect(result.curve).toBeUndefined()
  expect(result.familiarity.rule.energyWeight).toBe(0)
  expect(result.familiarity.separation.energyAuroc).toBeNull()
})

test('of more rows than are compared, the bank has those that it would have of all of them', async () => {
  const { features, labels, categories } = clouds([2500, 800])
  const near = await findNear(features, labels)
  expect(near.sample.length).toBe(3000)
  const result = await assess(near, { logits: new Float32Array(6600), labels, categories }, new Array(3300).fill(0))
  const few = sampleEvenly(labels, BANK_ROWS)
  const values = Float32Array.from({ length: few.length * WIDTH }, (_, at) => {
    return features.values[few[Math.floor(at / WIDTH)]! * WIDTH + (at % WIDTH)]!
  })
  expect(result.familiarity.bank).toEqual(makeBank(unitRows({ values, rows: few.length, width: WIDTH })))
})
