import { expect, test } from 'vitest'
import { duplicateGroups, nearDuplicates, outliers } from '../../src/assess/duplicates.ts'
import { nearestNeighbours, unitRows } from '../../src/assess/neighbours.ts'
import { seededRandom } from '../../src/head/sampler.ts'

const search = async (values: number[], width: number) => {
  const rows = values.length / width
  const labels = new Int32Array(rows)
  const unit = unitRows({ values: Float32Array.from(values), rows, width })
  return { labels, neighbours: await nearestNeighbours(unit, labels) }
}

test('near-duplicates are told once each, the most alike first', async () => {
  const { neighbours } = await search([1, 0, 0.99, 0.1, 0, 1, 0, 2], 2)
  const pairs = nearDuplicates(neighbours)
  expect(pairs.map(({ first, second }) => [first, second])).toEqual([
    [2, 3],
    [0, 1],
  ])
  expect(pairs[0]!.cosine).toBeCloseTo(1)
  expect([...duplicateGroups(4, pairs)]).toEqual([0, 0, 2, 2])
})

test.each([
  [0.975, 1],
  [0.965, 0],
])('of a cosine of %f %i pairs are told', async (cosine, count) => {
  const { neighbours } = await search([1, 0, cosine, Math.sqrt(1 - cosine ** 2)], 2)
  expect(nearDuplicates(neighbours)).toHaveLength(count)
})

test('chains of pairs are one group, named by its smallest row', () => {
  const pair = (first: number, second: number) => ({ first, second, cosine: 1 })
  expect([...duplicateGroups(6, [pair(3, 4), pair(1, 4), pair(2, 5)])]).toEqual([0, 1, 2, 1, 1, 2])
})

test('the row that points elsewhere is an outlier', async () => {
  const random = seededRandom(3)
  const usual = Array.from({ length: 60 }, () => [1 + random() / 5, 1 + random() / 5, random() / 5])
  const { neighbours, labels } = await search([...usual, [-1, 0.2, 1]].flat(), 3)
  expect(outliers(neighbours, labels)[0]!.row).toBe(60)
})

test('no outliers among few or equal rows', async () => {
  const few = await search([1, 0, 0, 1], 2)
  expect(outliers(few.neighbours, few.labels)).toEqual([])
  const equal = await search(new Array(60).fill(1), 2)
  expect(outliers(equal.neighbours, equal.labels)).toEqual([])
})
