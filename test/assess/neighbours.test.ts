import { expect, test } from 'vitest'
import { meanCosine, nearestNeighbours, unitRows } from '../../src/assess/neighbours.ts'
import { seededRandom } from '../../src/head/sampler.ts'

function randomRows(rows: number, width: number, seed: number) {
  const random = seededRandom(seed)
  return unitRows({ values: Float32Array.from({ length: rows * width }, random), rows, width })
}

/** Sorts every other row by cosine: what the blocked search must find. */
function bruteForce(unit: ReturnType<typeof randomRows>, row: number, keep: (other: number) => boolean) {
  const { values, rows, width } = unit
  const all: { other: number; cosine: number }[] = []
  for (let other = 0; other < rows; other++) {
    if (other === row || !keep(other)) continue
    let cosine = 0
    for (let at = 0; at < width; at++) cosine += values[row * width + at]! * values[other * width + at]!
    all.push({ other, cosine })
  }
  return all.sort((a, b) => b.cosine - a.cosine)
}

// 301 rows: two whole blocks and a part, the last pack not full
test.each([1, 2, 7])('agrees with sorting everything, %i categories', async categories => {
  const unit = randomRows(301, 9, 5)
  const labels = Int32Array.from({ length: 301 }, (_, row) => (row * row) % categories)
  const found = await nearestNeighbours(unit, labels)
  for (let row = 0; row < 301; row += 13) {
    for (let leftOut = -1; leftOut < categories; leftOut++) {
      const best = bruteForce(unit, row, other => labels[other] !== leftOut).slice(0, 5)
      const mean = best.length === 0 ? 0 : best.reduce((sum, { cosine }) => sum + cosine, 0) / best.length
      expect(meanCosine(found, row, labels, leftOut)).toBeCloseTo(mean, 5)
    }
    expect(found.row[row * found.size]).toBe(bruteForce(unit, row, () => true)[0]!.other)
  }
})

test('fewer rows than neighbours asked for', async () => {
  const unit = unitRows({ values: Float32Array.of(3, 0, 0, 2, 1, 1), rows: 3, width: 2 })
  const found = await nearestNeighbours(unit, Int32Array.of(0, 0, 1))
  expect([...found.row.subarray(0, 4)]).toEqual([2, 1, -1, -1])
  expect(found.cosine[0]).toBeCloseTo(Math.SQRT1_2)
  expect(meanCosine(found, 2, Int32Array.of(0, 0, 1), 0)).toBe(0)
})

test('rows of zeros and equal rows make no NaN', async () => {
  const unit = unitRows({ values: Float32Array.of(0, 0, 1, 1, 1, 1), rows: 3, width: 2 })
  const found = await nearestNeighbours(unit, Int32Array.of(0, 1, 1))
  expect(found.cosine.some(Number.isNaN)).toBe(false)
  expect(found.cosine[found.size]).toBeCloseTo(1)
})
