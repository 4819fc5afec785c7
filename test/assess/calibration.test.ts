import { expect, test } from 'vitest'
import { calibration } from '../../src/assess/calibration.ts'
import { seededRandom } from '../../src/head/sampler.ts'

test.each([60, 1000])('chance: what %i pictures whose scores mean what they say are off by, on average', pictures => {
  const random = seededRandom(5)
  const scores = Float64Array.from({ length: pictures }, () => 0.3 + 0.7 * random())
  let sum = 0
  const draws = 400
  for (let draw = 0; draw < draws; draw++) {
    const right = Uint8Array.from(scores, score => (random() < score ? 1 : 0))
    sum += calibration(scores, right).error!
  }
  const { chance } = calibration(scores, new Uint8Array(pictures))
  expect(chance! / (sum / draws)).toBeGreaterThan(0.9)
  expect(chance! / (sum / draws)).toBeLessThan(1.1)
})

test('certain scores leave nothing to chance, and no pictures have no figure', () => {
  expect(calibration(Float64Array.of(1, 1), Uint8Array.of(1, 1))).toMatchObject({ error: 0, chance: 0 })
  expect(calibration(new Float64Array(0), new Uint8Array(0))).toMatchObject({ error: null, chance: null })
})
