import { expect, it } from 'vitest'
import { nearestRows } from '../../src/engine/onnxNearest.ts'
import { seededRandom } from '../../src/head/sampler.ts'

/** More than are asked about at a time. */
const [ROWS, WIDTH] = [300, 5]

function unitRows(): Float32Array {
  const random = seededRandom(6)
  const values = Float32Array.from({ length: ROWS * WIDTH }, () => random() - 0.5)
  values.copyWithin(290 * WIDTH, 7 * WIDTH, 8 * WIDTH) // a copy
  for (let from = 0; from < values.length; from += WIDTH) {
    const row = values.subarray(from, from + WIDTH)
    const length = Math.hypot(...row)
    for (let at = 0; at < WIDTH; at++) row[at]! /= length
  }
  return values
}

it('gives the nearest rows of each, the nearest first, itself not among them', async () => {
  const values = unitRows()
  const cosine = (a: number, b: number) =>
    Array.from({ length: WIDTH }, (_, at) => values[a * WIDTH + at]! * values[b * WIDTH + at]!).reduce((x, y) => x + y)
  const { size, row, cosine: cosines } = await nearestRows({ values, rows: ROWS, width: WIDTH }, 4)
  expect(size).toBe(4)
  for (let own = 0; own < ROWS; own++) {
    const others = Array.from({ length: ROWS }, (_, other) => other).filter(other => other !== own)
    const expected = others.sort((a, b) => cosine(own, b) - cosine(own, a)).slice(0, 4)
    expect([...row.subarray(4 * own, 4 * own + 4)]).toEqual(expected)
    for (const [at, other] of expected.entries()) expect(cosines[4 * own + at]).toBeCloseTo(cosine(own, other), 5)
  }
  expect([row[4 * 7], row[4 * 290]]).toEqual([290, 7])
})

it('gives fewer where there are not so many rows, and none of one row', async () => {
  const values = Float32Array.of(1, 0, 0, 1)
  expect([...(await nearestRows({ values, rows: 2, width: 2 }, 4)).row]).toEqual([1, 0])
  expect((await nearestRows({ values: values.subarray(0, 2), rows: 1, width: 2 }, 4)).size).toBe(0)
})
