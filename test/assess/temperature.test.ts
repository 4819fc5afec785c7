import { expect, test } from 'vitest'
import { evaluate } from '../../src/assess/metrics.ts'
import { cooled, fitTemperature, foldTemperature, TEMPERATURES } from '../../src/assess/temperature.ts'
import { headLogits } from '../../src/head/head.ts'
import { seededRandom } from '../../src/head/sampler.ts'
import { softmaxRows } from '../../src/head/softmax.ts'

/** Pictures whose category is drawn from the softmax of their true logits. */
function drawn(rows: number, categories: number, seed: number) {
  const random = seededRandom(seed)
  const logits = Float32Array.from({ length: rows * categories }, () => 6 * random() - 3)
  const scores = softmaxRows(logits, categories)
  const labels = Int32Array.from({ length: rows }, (_, row) => {
    let left = random()
    for (let category = 0; category < categories - 1; category++) {
      left -= scores[row * categories + category]!
      if (left < 0) return category
    }
    return categories - 1
  })
  return { logits, labels, categories }
}

test.each([0.5, 1, 4])('finds the factor %f that logits were multiplied by', factor => {
  const { logits, labels, categories } = drawn(4000, 5, 7)
  const stretched = logits.map(value => value * factor)
  const temperature = fitTemperature({ logits: stretched, labels, categories })
  expect(temperature / factor).toBeGreaterThan(0.93)
  expect(temperature / factor).toBeLessThan(1.07)
  const error = evaluate({ logits: cooled(stretched, temperature), labels, categories }).calibration.error!
  expect(error).toBeLessThan(0.03)
})

test('is told by a part of very many logits as by all of them', () => {
  const { logits, labels, categories } = drawn(90_000, 5, 7)
  const temperature = fitTemperature({ logits: cooled(logits, 0.5), labels, categories })
  expect(temperature).toBeGreaterThan(1.9)
  expect(temperature).toBeLessThan(2.1)
})

test('the mean of the highest scores becomes the share that is right, whatever the shape of the logits', () => {
  const { logits, labels, categories } = drawn(1000, 4, 3)
  const cubed = logits.map(value => value ** 3)
  const { right, calibration } = evaluate({
    logits: cooled(cubed, fitTemperature({ logits: cubed, labels, categories })),
    labels,
    categories,
  })
  const sum = calibration.bins.reduce((total, bin) => total + bin.pictures * (bin.meanScore ?? 0), 0)
  expect(sum / 1000).toBeCloseTo((right + 0.5) / 1001, 4)
})

test('all right on few pictures: modest scores, by half an imagined mistake', () => {
  const logits = Float32Array.of(1, 0, 1, 0, 0, 1, 0, 1)
  const labels = Int32Array.of(0, 0, 1, 1)
  const temperature = fitTemperature({ logits, labels, categories: 2 })
  const [score] = softmaxRows(cooled(logits, temperature), 2)
  expect(score).toBeCloseTo(0.9, 3) // 1 - 0.5/(4 + 1)
})

test('nothing to learn from leaves scores alone', () => {
  expect(fitTemperature({ logits: new Float32Array(0), labels: new Int32Array(0), categories: 2 })).toBe(1)
  expect(fitTemperature({ logits: Float32Array.of(3, 3), labels: Int32Array.of(1), categories: 2 })).toBe(1)
  expect(fitTemperature({ logits: Float32Array.of(3, 9), labels: Int32Array.of(0, 0), categories: 1 })).toBe(1)
})

test('worse than chance ends at the hottest temperature', () => {
  const logits = Float32Array.from({ length: 40 }, (_, at) => (at % 2 === 0 ? 4 : 0))
  const temperature = fitTemperature({ logits, labels: new Int32Array(20).fill(1), categories: 2 })
  expect(temperature).toBeCloseTo(TEMPERATURES.most, 3)
})

test('folded into the head, the temperature divides its logits', () => {
  const head = { weights: Float32Array.of(1, 2, 3, 4), bias: Float32Array.of(0.5, -0.5), width: 2, categories: 2 }
  const features = Float32Array.of(1, 2, 0, 1)
  const folded = headLogits(foldTemperature(head, 2), features)
  expect([...folded]).toEqual([...cooled(headLogits(head, features), 2)])
})
