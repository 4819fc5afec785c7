import { expect, test } from 'vitest'
import { caveatsOf } from '../../src/assess/caveats.ts'
import { evaluate } from '../../src/assess/metrics.ts'

/** The figures of a confusion matrix: [given][predicted]. */
function evaluation(confusion: readonly (readonly number[])[]) {
  const categories = confusion.length
  const pairs = confusion.flatMap((row, given) =>
    row.flatMap((count, predicted) => Array.from({ length: count }, () => ({ given, predicted }))),
  )
  return evaluate({
    labels: Int32Array.from(pairs, ({ given }) => given),
    logits: Float32Array.from(
      pairs.flatMap(({ predicted }) => Array.from({ length: categories }, (_, at) => (at === predicted ? 2 : 0))),
    ),
    categories,
  })
}

test('a good classifier of even categories needs none', () => {
  const good = evaluation([
    [38, 2],
    [3, 37],
  ])
  expect(good.balancedAccuracy).toBeCloseTo(good.accuracy!)
  expect(caveatsOf(good)).toMatchObject({ isGuessing: false, isUneven: false, mixedUp: [] })
})

test('two categories that are one are guessed, and mixed up both ways', () => {
  const { isGuessing, mixedUp } = caveatsOf(
    evaluation([
      [10, 10],
      [11, 9],
    ]),
  )
  expect(isGuessing).toBe(true)
  expect(mixedUp).toEqual([
    { given: 1, taken: 0, pictures: 20, right: 9, wrong: 11 },
    { given: 0, taken: 1, pictures: 20, right: 10, wrong: 10 },
  ])
})

test('one huge category hides how tiny ones fare', () => {
  const huge = evaluation([
    [100, 0, 0],
    [2, 1, 1],
    [3, 1, 0],
  ])
  expect(huge.accuracy).toBeCloseTo(101 / 108)
  expect(huge.balancedAccuracy).toBeCloseTo((1 + 1 / 4 + 0) / 3)
  // The tiny ones are too few to be called mixed up with it.
  expect(caveatsOf(huge)).toEqual({
    largest: { category: 0, share: 100 / 108 },
    isGuessing: true,
    isUneven: true,
    mixedUp: [],
  })
})

test('a folder of one category, or of none, has nothing to guess', () => {
  const none = { largest: undefined, isGuessing: false, isUneven: false, mixedUp: [] }
  const one = [
    [20, 1],
    [0, 0],
  ]
  expect(caveatsOf(evaluation(one))).toEqual(none)
  const empty = evaluation([
    [0, 0],
    [0, 0],
  ])
  expect(empty.balancedAccuracy).toBeNull()
  expect(caveatsOf(empty)).toEqual(none)
})
