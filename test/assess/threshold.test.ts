import { expect, test } from 'vitest'
import { chooseThreshold, DEFAULT_THRESHOLD } from '../../src/assess/threshold.ts'

const scores = (...values: number[]) => values.map(score => ({ score, weight: 1 }))

test('apart: everything known passes, nothing unknown does', () => {
  expect(chooseThreshold(scores(3, 4, 5, 6), scores(0, 1))).toEqual({
    threshold: 2,
    precision: 1,
    coverage: 1,
    caught: 1,
    reached: true,
  })
})

test('the widest coverage at the precision asked for', () => {
  const options = { precision: 0.85, unknownShare: 0.5, leastCoverage: 0 }
  // From 2 on all of the known pass, and a quarter of the unknown: 1 / (1 + 0.25) = 0.8, too few.
  const chosen = chooseThreshold(scores(8, 7, 6, 2), scores(4, 1, 0, -1), options)!
  expect(chosen).toMatchObject({ threshold: 5, coverage: 0.75, precision: 1, caught: 1, reached: true })
})

test('fewer unknowns expected, more passes', () => {
  const options = { precision: 0.8, unknownShare: 0.1, leastCoverage: 0 }
  const chosen = chooseThreshold(scores(8, 7, 6, 2), scores(4, 1, 0, -1), options)!
  expect(chosen).toMatchObject({ coverage: 1, reached: true })
})

test('when the two are one, coverage is kept and the precision missed is told', () => {
  const chosen = chooseThreshold(scores(1, 2, 3, 4), scores(1, 2, 3, 4), DEFAULT_THRESHOLD)!
  expect(chosen).toMatchObject({ coverage: 1, precision: 0.5, caught: 0, reached: false })
})

test('equal scores pass together', () => {
  expect(chooseThreshold(scores(1, 1, 1), scores(1))).toMatchObject({ coverage: 1, precision: 0.5, reached: false })
})

test('no evidence, no threshold', () => {
  expect(chooseThreshold([], scores(1))).toBeUndefined()
  expect(chooseThreshold(scores(1), [])).toBeUndefined()
})
