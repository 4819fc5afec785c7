import { expect, test } from 'vitest'
import { bankCosine } from '../../src/assess/bank.ts'
import { energyAt, familiarity, scaleOf } from '../../src/assess/familiarity.ts'
import { makeBank, sampleEvenly } from '../../src/assess/makeBank.ts'
import { meanCosine, nearestNeighbours, unitRows } from '../../src/assess/neighbours.ts'
import { auroc, logNormalTail } from '../../src/assess/statistics.ts'
import { seededRandom } from '../../src/head/sampler.ts'

test('energy is the logarithm of the summed exponentials', () => {
  const logits = Float32Array.of(9, Math.log(1), Math.log(2), Math.log(5))
  expect(energyAt(logits, 1, 3)).toBeCloseTo(Math.log(8))
  expect(energyAt(logits, 1, 3, 2)).toBeCloseTo(Math.log(3))
  expect(energyAt(Float32Array.of(1e30, -1e30), 0, 2)).toBeCloseTo(1e30, -25)
  expect(energyAt(Float32Array.of(4), 0, 1, 0)).toBe(0)
})

test('AUROC counts pairs, equals half', () => {
  expect(auroc([2, 3], [0, 1])).toBe(1)
  expect(auroc([1, 2, 2], [2, 0])).toBe((0.5 + 0.5 + 0 + 3) / 6)
  expect(auroc([1, 1], [1])).toBe(0.5)
  expect(auroc([], [1])).toBeNull()
})

test.each([
  [0, -Math.LN2],
  [2, -0.0230129],
  [-2, -3.783184],
  [-4.5, -12.59242],
  [-40, -804.60844],
])('logarithm of the normal tail at %f', (z, expected) => {
  expect(logNormalTail(z)).toBeCloseTo(expected, 2)
})

test('usual pictures are about -0.7, strange ones far below, by either of the two', () => {
  const rule = { energyWeight: 0.5, cosine: { mean: 0.8, deviation: 0.05 }, energy: { mean: 5, deviation: 1 } }
  expect(familiarity(rule, 0.8, 5)).toBeCloseTo(Math.log(0.5), 4)
  expect(familiarity(rule, 0.5, 9)).toBeLessThan(-9)
  expect(familiarity(rule, 0.9, -1)).toBeLessThan(-9)
  expect(familiarity(rule, 0.85, 6)).toBeGreaterThan(familiarity(rule, 0.8, 6))
})

test('neighbours far away are strange whatever the energy, even where it alone counts', () => {
  const rule = { energyWeight: 1, cosine: { mean: 0.8, deviation: 0.05 }, energy: { mean: 5, deviation: 1 } }
  expect(familiarity(rule, 0.5, 9)).toBeLessThan(-9)
  expect(familiarity(rule, 0.8, 3)).toBeLessThan(-3)
})

test('equal scores make no infinite scale', () => {
  expect(scaleOf([1, 1, 1]).deviation).toBeGreaterThan(0)
  expect(scaleOf([]).mean).toBe(0)
})

test('the bank, at a byte a number, gives cosines within 0.001', async () => {
  const random = seededRandom(2)
  const unit = unitRows({ values: Float32Array.from({ length: 40 * 256 }, () => random() ** 3), rows: 40, width: 256 })
  const labels = new Int32Array(40)
  const exact = await nearestNeighbours(unit, labels)
  const bank = makeBank({ values: unit.values.subarray(256), rows: 39, width: 256 })
  const bottleneck = unit.values.subarray(0, 256).map(value => value * 7)
  expect(Math.abs(bankCosine(bank, bottleneck) - meanCosine(exact, 0, labels))).toBeLessThan(1e-3)
})

test('an empty bank and a bottleneck of zeros have no cosine', () => {
  const bank = makeBank({ values: new Float32Array(4), rows: 2, width: 2 })
  expect(bankCosine(bank, Float32Array.of(1, 0))).toBe(0)
  expect(bankCosine(bank, new Float32Array(2))).toBe(0)
  expect(bankCosine(makeBank({ values: new Float32Array(0), rows: 0, width: 2 }), Float32Array.of(1, 0))).toBe(0)
})

test('a sample takes from all categories in turn, and the same rows each time', () => {
  const labels = Int32Array.from({ length: 1000 }, (_, row) => (row < 980 ? 0 : 1 + (row % 4)))
  const sample = sampleEvenly(labels, 50)
  const counts = new Array(5).fill(0)
  for (const row of sample) counts[labels[row]!]++
  expect(counts).toEqual([30, 5, 5, 5, 5])
  expect(sampleEvenly(labels, 50)).toEqual(sample)
  expect(sampleEvenly(labels, 1000).length).toBe(1000)
})
