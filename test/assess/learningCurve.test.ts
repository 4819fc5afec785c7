import { expect, test } from 'vitest'
import { forecast, planLearningCurve, readLearningCurve } from '../../src/assess/learningCurve.ts'
import { joinPlans, planHeads, splitLogits } from '../../src/head/plan.ts'

const point = (pictures: number, error: number, tested = 10_000) => {
  return { pictures, accuracy: 1 - error, low: 0, high: 1, tested }
}

test('an error that halves with four times the pictures goes on so', () => {
  const points = [100, 200, 400, 800].map(pictures => point(pictures, 2 / Math.sqrt(pictures)))
  const [twice, fourTimes] = forecast(points, [2, 4])
  expect(twice!.pictures).toBe(1600)
  expect(twice!.accuracy).toBeCloseTo(1 - 2 / 40, 3)
  expect(fourTimes!.accuracy).toBeCloseTo(1 - 2 / Math.sqrt(3200), 3)
  expect(twice!.low).toBeLessThan(twice!.accuracy)
  expect(twice!.high).toBeGreaterThan(twice!.accuracy)
})

test('errors that fell faster than pictures grew are not said to go on so', () => {
  const [twice] = forecast([point(10, 0.5), point(20, 0.1), point(40, 0.01)], [2])
  expect(twice!.accuracy).toBeCloseTo(0.99, 3)
})

test('no errors at all: a forecast below certainty with a wide interval', () => {
  const [twice] = forecast([point(10, 0, 20), point(20, 0, 20), point(40, 0, 20)], [2])
  expect(twice!.accuracy).toBeLessThan(1)
  expect(twice!.low).toBeLessThan(0.9)
  expect(Object.values(twice!).every(Number.isFinite)).toBe(true)
})

test('errors that grow are taken for a flat curve', () => {
  const [twice] = forecast([point(10, 0.1), point(20, 0.15), point(40, 0.2)], [2])
  expect(twice!.accuracy).toBeLessThan(0.86)
  expect(twice!.accuracy).toBeGreaterThan(0.79)
})

test('one point says nothing of others', () => {
  expect(forecast([point(10, 0.1)], [2])).toEqual([])
  expect(forecast([point(10, 0.1), point(10, 0.2)], [2])).toEqual([])
})

test('each head trains on a growing part of every category, never on its own test fold', () => {
  const labels = Int32Array.from({ length: 90 }, (_, row) => (row < 80 ? 0 : 1))
  const folds = Array.from(labels, (_, row) => row % 5)
  const plan = planLearningCurve(labels, folds)
  expect(plan.heads).toBe(9)
  for (let head = 0; head < 9; head++) {
    const rows = [...labels.keys()].filter(row => plan.active[row * 9 + head] === 1)
    expect(rows.every(row => folds[row] !== plan.testFold[head])).toBe(true)
    expect(plan.pictures[head]).toBe(rows.length)
  }
  expect(plan.pictures[0]! * 3).toBeLessThan(plan.pictures[6]!)
})

test('reads accuracies off the logits of the test folds', () => {
  const labels = Int32Array.of(0, 0, 0, 1, 1, 1)
  const folds = [0, 1, 2, 0, 1, 2]
  const plan = planLearningCurve(labels, folds)
  const right = Float32Array.from({ length: 6 * plan.heads * 2 }, (_, at) => {
    return at % 2 === labels[Math.floor(at / (plan.heads * 2))]! ? 1 : 0
  })
  const crossValidated = { logits: new Float32Array(12), labels, categories: 2 }
  const { points } = readLearningCurve(plan, right, folds, crossValidated)
  expect(points.at(-1)).toMatchObject({ pictures: 4, accuracy: 0.5, tested: 6 })
  expect(points.slice(0, -1).every(({ accuracy }) => accuracy === 1)).toBe(true)
})

test('joined plans come apart again', () => {
  const a = planHeads(2, 1, row => row === 0)
  const b = planHeads(2, 2, (row, head) => row === head)
  const joined = joinPlans([a, b])
  expect([...joined.active]).toEqual([1, 1, 0, 0, 0, 1])
  const logits = Float32Array.from({ length: 12 }, (_, at) => at) // [2 rows, 3 heads, 2 categories]
  const [ofA, ofB] = splitLogits([a, b], logits, 2)
  expect([...ofA!]).toEqual([0, 1, 6, 7])
  expect([...ofB!]).toEqual([2, 3, 4, 5, 8, 9, 10, 11])
})
