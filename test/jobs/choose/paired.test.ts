import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../src/head/sampler.ts'
import { chancesOfGain, choosePaired, isUnbeatable, pairedGain } from '../../../src/jobs/choose/paired.ts'

const ROWS = 400
const alone = Int32Array.from({ length: ROWS }, (_, row) => row)

/** Right but for `wrong` rows from `start` on. */
function mistakes(start: number, wrong: number, rows = ROWS): Uint8Array {
  return Uint8Array.from({ length: rows }, (_, row) => (row >= start && row < start + wrong ? 0 : 1))
}

const contestant = (right: Uint8Array, milliseconds: number) => ({ right, milliseconds })

describe('choosePaired', () => {
  it('keeps the first when none is better beyond chance', () => {
    const others = [mistakes(0, 40), mistakes(2, 37), mistakes(30, 40)]
    expect(
      choosePaired(
        others.map((right, at) => contestant(right, at + 1)),
        alone,
      ),
    ).toBe(0)
  })

  it('takes the cheapest that beats the first, and a dearer one only where that beats it in turn', () => {
    const first = mistakes(0, 60)
    const better = mistakes(0, 35)
    const hardlyMore = mistakes(0, 33)
    const best = mistakes(0, 10)
    expect(choosePaired([contestant(first, 5), contestant(hardlyMore, 9), contestant(better, 6)], alone)).toBe(2)
    expect(
      choosePaired(
        [contestant(first, 5), contestant(hardlyMore, 9), contestant(better, 6), contestant(best, 20)],
        alone,
      ),
    ).toBe(3)
  })

  it('does not take many copies of one mended mistake for many mended mistakes', () => {
    const groups = Int32Array.from({ length: ROWS }, (_, row) => (row < 20 ? 0 : row))
    const candidates = [contestant(mistakes(0, 20), 1), contestant(mistakes(0, 0), 2)]
    expect(choosePaired(candidates, alone)).toBe(1)
    expect(choosePaired(candidates, groups)).toBe(0)
  })

  it('is rarely fooled by the best of many that are alike', () => {
    const random = seededRandom(7)
    let fooled = 0
    const rounds = 150
    for (let round = 0; round < rounds; round++) {
      const hard = Array.from({ length: 300 }, () => (random() < 0.3 ? 0.6 : 0.98))
      const draw = () => Uint8Array.from(hard, chance => (random() < chance ? 1 : 0))
      const candidates = Array.from({ length: 12 }, (_, at) => contestant(draw(), at + 1))
      if (choosePaired(candidates, alone.subarray(0, 300), 400) !== 0) fooled++
    }
    expect(fooled / rounds).toBeLessThan(0.07) // 2.5 % is what is aimed at; uncorrected it would be 15 %
  })
})

describe('chancesOfGain', () => {
  it('is the exact test where one candidate is compared', () => {
    // Eight mistakes mended, none made: (1/2)^8.
    const [chance] = chancesOfGain(mistakes(0, 8), [mistakes(0, 0)], alone, 40_000)
    expect(chance).toBeCloseTo(1 / 256, 2)
  })
})

describe('isUnbeatable', () => {
  it('tells when there are too few mistakes to mend', () => {
    expect(isUnbeatable(mistakes(0, 5), alone)).toBe(true)
    expect(isUnbeatable(mistakes(0, 6), alone)).toBe(false)
    expect(isUnbeatable(mistakes(0, 30), new Int32Array(ROWS))).toBe(true)
  })
})

describe('pairedGain', () => {
  it('gives the gain with an interval that contains it', () => {
    const { gain, low, high } = pairedGain(mistakes(0, 40), mistakes(20, 30))
    expect(gain).toBeCloseTo(10 / ROWS, 10)
    expect(low).toBeLessThan(gain)
    expect(high).toBeGreaterThan(gain)
    expect(low).toBeGreaterThan(-0.02)
    expect(pairedGain(mistakes(0, 0), mistakes(0, 0))).toMatchObject({ gain: 0, low: expect.closeTo(-0.005, 2) })
  })
})
