import { expect, test } from 'vitest'
import { rankDoubtful } from '../../src/head/doubtful.ts'
import { nearestNeighbours, unitRows } from '../../src/head/neighbours.ts'

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

test('neighbours vote where scores are level', () => {
  const values = Float32Array.of(1, 0, 1, 0.1, 1, 0.05, 0, 1, 0.1, 1, 0.05, 1)
  const labels = Int32Array.of(1, 0, 0, 1, 1, 1)
  const neighbours = nearestNeighbours(unitRows({ values, rows: 6, width: 2 }), labels)
  const [first] = rankDoubtful({ logits: new Float32Array(12), labels, categories: 2 }, neighbours)
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
