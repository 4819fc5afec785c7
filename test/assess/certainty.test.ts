import { describe, expect, it } from 'vitest'
import { certaintyTable, pointFor, precisionOf } from '../../src/assess/certainty.ts'
import { seededRandom } from '../../src/head/sampler.ts'

/** Predictions of two categories whose best scores are as given; right where the score's twin says so. */
function predictions(rows: readonly (readonly [score: number, right: boolean])[]) {
  return {
    logits: Float32Array.from(rows.flatMap(([score]) => [Math.log(score), Math.log(1 - score)])),
    labels: Int32Array.from(rows, ([, right]) => (right ? 0 : 1)),
    categories: 2,
  }
}

/** Calibrated: a score of 0.8 is right 8 times in 10. */
function calibrated(count: number, seed: number) {
  const random = seededRandom(seed)
  return predictions(
    Array.from({ length: count }, () => {
      const score = 0.5 + 0.499 * random()
      return [score, random() < score] as const
    }),
  )
}

describe('the certainty of scores', () => {
  it('gives the lowest threshold that keeps the precision, on new pictures too', () => {
    const table = certaintyTable(calibrated(2000, 1))
    expect(table.length).toBeLessThanOrEqual(100)
    for (const wanted of [0.8, 0.9, 0.95]) {
      const { threshold, pictures } = pointFor(table, wanted)!
      const { logits, labels } = calibrated(20_000, 2)
      const passed = Array.from(labels.keys()).filter(row => Math.exp(logits[2 * row]!) >= threshold)
      const right = passed.filter(row => labels[row] === 0).length / passed.length
      expect(right).toBeGreaterThan(wanted - 0.02)
      expect(right).toBeLessThan(wanted + 0.03)
      expect(pictures / 2000).toBeCloseTo(passed.length / 20_000, 1)
    }
  })

  it('lets everything through where all is precise enough', () => {
    const table = certaintyTable(predictions(Array.from({ length: 30 }, (_, at) => [0.6 + at / 100, true] as const)))
    expect(table).toEqual([{ threshold: 0, pictures: 30, right: 30 }])
    expect(pointFor(table, 0.95)).toBe(table[0])
  })

  it('takes few pictures for little proof', () => {
    const table = certaintyTable(
      predictions([
        [0.9, true],
        [0.8, true],
        [0.7, true],
      ]),
    )
    expect(precisionOf(pointFor(table, 0.95)!)).toBeLessThan(0.95)
    expect(pointFor(certaintyTable(predictions([])), 0.95)).toBeUndefined()
  })

  it('passes equal scores together', () => {
    const table = certaintyTable(
      predictions([
        [0.75, true],
        [0.75, false],
        [0.75, true],
      ]),
    )
    expect(table).toEqual([{ threshold: 0, pictures: 3, right: 2 }])
  })
})
