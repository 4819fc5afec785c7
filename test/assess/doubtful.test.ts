import { expect, test } from 'vitest'
import { calibrateCleared, planCleared, rankDoubtful } from '../../src/assess/doubtful.ts'
import { nearestNeighbours, unitRows } from '../../src/assess/neighbours.ts'
import { softmaxRows } from '../../src/head/softmax.ts'

const logitsOf = (scores: number[][]) => Float32Array.from(scores.flat(), Math.log)

test('the contradicted label comes first, the picture in between next', () => {
  const logits = logitsOf([
    [0.9, 0.05, 0.05],
    [0.45, 0.5, 0.05],
    [0.01, 0.97, 0.02],
    [0.05, 0.9, 0.05],
    [0.05, 0.05, 0.9],
  ])
  const doubts = rankDoubtful({ logits, labels: Int32Array.of(0, 0, 0, 1, 2), categories: 3 })
  expect(doubts.map(({ row }) => row).slice(0, 2)).toEqual([2, 1])
  expect(doubts[0]).toMatchObject({ given: 0, other: 1, contradicted: true })
  expect(doubts[0]!.givenScore).toBeCloseTo(0.01)
  expect(doubts[0]!.doubt).toBeCloseTo(Math.log(0.98 / 0.02))
  expect(doubts[1]!.contradicted).toBe(false) // pictures of category 1 score 0.9, this one 0.5
})

test('neighbours vote where scores are level', async () => {
  const values = Float32Array.of(1, 0, 1, 0.1, 1, 0.05, 0, 1, 0.1, 1, 0.05, 1)
  const labels = Int32Array.of(1, 0, 0, 1, 1, 1)
  const neighbours = await nearestNeighbours(unitRows({ values, rows: 6, width: 2 }), labels)
  const [first] = rankDoubtful({ logits: new Float32Array(12), labels, categories: 2 }, { neighbours })
  expect(first).toMatchObject({ row: 0, other: 0 })
  expect(first!.contradicted).toBe(false)
})

test('one category, or none: nothing to doubt', () => {
  expect(rankDoubtful({ logits: Float32Array.of(1, 2), labels: Int32Array.of(0, 0), categories: 1 })).toEqual([])
  expect(rankDoubtful({ logits: new Float32Array(0), labels: new Int32Array(0), categories: 3 })).toEqual([])
})

test('a category without pictures doubts nobody into NaN', () => {
  const doubts = rankDoubtful({ logits: new Float32Array(6), labels: Int32Array.of(0, 0), categories: 3 })
  expect(doubts.map(({ doubt }) => doubt)).toEqual([0, 0])
})

test('second heads do without the worst labels, at most a tenth, and leave every category half of its own', () => {
  // Category 1 has three pictures, and all look like 0.
  const labels = Int32Array.from({ length: 60 }, (_, row) => (row < 3 ? 1 : 0))
  const scores = Array.from(labels, (_, row) => (row < 3 ? [0.99 - row / 100, 0.01 + row / 100] : [0.9, 0.1]))
  const doubts = rankDoubtful({ logits: logitsOf(scores), labels, categories: 2 })
  const folds = Array.from(labels, (_, row) => row % 5)
  const plan = planCleared(doubts, folds)!
  expect([...plan.suspects]).toEqual([0])
  expect(plan.heads).toBe(5)
  for (let head = 0; head < 5; head++) {
    expect(plan.active[0 * 5 + head]).toBe(0)
    expect(plan.active[7 * 5 + head]).toBe(head === 2 ? 0 : 1)
  }
})

test('no contradicted label: no second heads', () => {
  const logits = logitsOf([
    [0.9, 0.1],
    [0.2, 0.8],
  ])
  expect(planCleared(rankDoubtful({ logits, labels: Int32Array.of(0, 1), categories: 2 }), [0, 1])).toBeUndefined()
})

test('a second opinion puts first what the first heads were misled about', () => {
  const logits = logitsOf([
    [0.5, 0.5],
    [0.45, 0.55],
    [0.9, 0.1],
    [0.1, 0.9],
  ])
  const cleared = logitsOf([
    [0.05, 0.95],
    [0.45, 0.55],
    [0.9, 0.1],
    [0.1, 0.9],
  ])
  const predictions = { logits, labels: Int32Array.of(0, 0, 0, 1), categories: 2 }
  expect(rankDoubtful(predictions)[0]!.row).toBe(1)
  expect(rankDoubtful(predictions, { cleared })[0]).toMatchObject({ row: 0, givenScore: 0.5 })
})

test('second opinions are calibrated on the rows that they believe in', () => {
  const logits = Float32Array.from([4, 0, 4, 0, 4, 0, 0, 4])
  const plan = { rows: 4, heads: 1, active: new Float32Array(4), suspects: new Set([3]) }
  const calibrated = calibrateCleared(logits, plan, { labels: Int32Array.of(0, 0, 0, 0), categories: 2 })
  const [first] = softmaxRows(calibrated, 2)
  expect(first).toBeCloseTo(3.5 / 4, 3)
})
