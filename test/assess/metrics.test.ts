import { expect, test } from 'vitest'
import { wilsonInterval } from '../../src/assess/interval.ts'
import { accuracy, evaluate } from '../../src/assess/metrics.ts'

/** Logits whose softmax is the given scores. */
const logitsOf = (scores: number[][]) => Float32Array.from(scores.flat(), Math.log)

test('Wilson interval of hand-computed shares', () => {
  const of = (right: number, total: number) => {
    const { low, high } = wilsonInterval(right, total)
    return [low, high].map(end => Number(end.toFixed(4)))
  }
  expect(of(8, 10)).toEqual([0.4902, 0.9433])
  expect(of(25, 25)).toEqual([0.8668, 1])
  expect(of(0, 3)).toEqual([0, 0.5615])
  expect(of(0, 0)).toEqual([0, 1])
})

test('figures of five pictures, by hand', () => {
  const logits = logitsOf([
    [0.85, 0.15],
    [0.65, 0.35],
    [0.35, 0.65],
    [0.05, 0.95],
    [0.25, 0.75],
  ])
  const result = evaluate({ logits, labels: Int32Array.of(0, 0, 0, 1, 1), categories: 2 })

  expect(result.accuracy).toBe(0.8)
  expect(result.confusion).toEqual([
    [2, 1],
    [0, 2],
  ])
  expect(result.perCategory[0]).toMatchObject({ pictures: 3, predicted: 2, right: 2, precision: 1, recall: 2 / 3 })
  expect(result.perCategory[0]!.f1).toBeCloseTo(0.8)
  expect(result.perCategory[1]!.precision).toBeCloseTo(2 / 3)
  const loss = -(Math.log(0.85) + Math.log(0.65) + Math.log(0.35) + Math.log(0.95) + Math.log(0.75)) / 5
  expect(result.logLoss).toBeCloseTo(loss, 6)
  // Bins: .6-.7 holds .65 (right) and .65 (wrong); .7-.8 .75, .8-.9 .85, .9-1 .95, all right.
  expect(result.calibration.error).toBeCloseTo((0.3 + 0.25 + 0.15 + 0.05) / 5, 6)
  expect(result.calibration.bins[6]).toMatchObject({ pictures: 2, accuracy: 0.5 })
  expect(accuracy(logits, Int32Array.of(0, 0, 0, 1, 1), 2)).toMatchObject({ accuracy: 0.8, right: 4, pictures: 5 })
})

test('only the rows named are looked at', () => {
  const logits = logitsOf([
    [0.9, 0.1],
    [0.9, 0.1],
  ])
  const labels = Int32Array.of(0, 1)
  expect(evaluate({ logits, labels, categories: 2 }, [0]).accuracy).toBe(1)
  expect(accuracy(logits, labels, 2, [1]).accuracy).toBe(0)
})

test('a category without pictures has no figures, and nothing is NaN', () => {
  const result = evaluate({ logits: logitsOf([[0.7, 0.2, 0.1]]), labels: Int32Array.of(0), categories: 3 })
  expect(result.perCategory[2]).toEqual({
    pictures: 0,
    predicted: 0,
    right: 0,
    precision: null,
    recall: null,
    recallInterval: { low: 0, high: 1 },
    f1: null,
  })
  expect(JSON.stringify(result)).toBe(JSON.stringify(JSON.parse(JSON.stringify(result))))
})

test('no pictures at all: null, not a made-up number', () => {
  const result = evaluate({ logits: new Float32Array(0), labels: new Int32Array(0), categories: 2 })
  expect(result).toMatchObject({ pictures: 0, accuracy: null, logLoss: null, interval: { low: 0, high: 1 } })
  expect(result.calibration.error).toBeNull()
})

test('logits beyond the range of exp give finite figures', () => {
  const result = evaluate({
    logits: Float32Array.of(1e30, -1e30, -1e30, 1e30),
    labels: Int32Array.of(1, 1),
    categories: 2,
  })
  expect(result.logLoss).toBeGreaterThan(10)
  expect(Number.isFinite(result.logLoss)).toBe(true)
  expect(result.calibration.bins[9]!.pictures).toBe(2)
})
