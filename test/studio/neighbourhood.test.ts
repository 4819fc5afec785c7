import { expect, test } from 'vitest'
import { seededRandom } from '../../src/head/sampler.ts'
import { Neighbourhood } from '../../src/studio/engine/neighbourhood.ts'

const WIDTH = 4
const random = seededRandom(1)

/** Rows of length 1. */
function unit(rows: number) {
  const values = Float32Array.from({ length: rows * WIDTH }, () => random() - 0.5)
  for (let row = 0; row < rows; row++) {
    const own = values.subarray(row * WIDTH, (row + 1) * WIDTH)
    const length = Math.hypot(...own)
    for (const at of own.keys()) own[at]! /= length
  }
  return { values, rows, width: WIDTH }
}

test('pictures that are labelled meanwhile are left out of their neighbourhoods, and nothing is searched again', async () => {
  const near = new Neighbourhood()
  const all = unit(12)
  const ids = [...all.values.keys()].slice(0, 12).map(at => 100 + at)
  const whole = await near.of(ids, all, 3)
  const kept = ids.filter((_, at) => at % 3 !== 0)
  const nothing = { values: new Float32Array(kept.length * WIDTH), rows: kept.length, width: WIDTH }
  // Rows of zeros would have other neighbours, were they looked at.
  const some = await near.of(kept, nothing, 3)
  for (const [row, id] of kept.entries()) {
    const before = ids.indexOf(id)
    const expected = [0, 1, 2].map(at => kept.indexOf(ids[whole.row[before * 3 + at]!]!))
    expect([0, 1, 2].map(at => some.row[row * 3 + at])).toEqual(expected)
    expect(some.cosine[row * 3]).toBe(whole.cosine[before * 3])
  }
})

test('a new picture, or few that are left, ask for a search', async () => {
  const near = new Neighbourhood()
  await near.of([1, 2, 3, 4, 5, 6], unit(6), 2)
  const other = unit(3)
  expect((await near.of([1, 2, 7], other, 2)).row.every(row => row >= 0)).toBe(true)
  const one = { ...other, values: other.values.slice(0, WIDTH), rows: 1 }
  expect((await near.of([1], one, 2)).size).toBe(0)
})
