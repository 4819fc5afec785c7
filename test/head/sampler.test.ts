import { describe, expect, it } from 'vitest'
import { drawRows, rowsByCategory, seededRandom } from '../../src/head/sampler.ts'

describe('drawing batches', () => {
  it('draws categories equally often, however many pictures they have', () => {
    const labels = Int32Array.from({ length: 1000 }, (_, row) => (row < 990 ? 0 : 1))
    const rows = drawRows(
      rowsByCategory(labels, () => true),
      20_000,
      seededRandom(1),
    )
    const small = rows.filter(row => labels[row] === 1).length
    expect(small / rows.length).toBeCloseTo(0.5, 1)
    expect(new Set(rows.filter(row => labels[row] === 1)).size).toBe(10) // and each of them
  })

  it('draws eligible rows only, and leaves out a category without any', () => {
    const pools = rowsByCategory(Int32Array.of(0, 1, 2, 0, 1), row => row % 2 === 1) // rows 1 (of 1) and 3 (of 0)
    expect(pools.map(pool => [...pool])).toEqual([[3], [1]])
    expect(new Set(drawRows(pools, 100, seededRandom(2)))).toEqual(new Set([1, 3]))
  })

  it('repeats itself for the same seed alone', () => {
    const draw = (seed: number) => Array.from({ length: 5 }, seededRandom(seed))
    expect(draw(3)).toEqual(draw(3))
    expect(draw(3)).not.toEqual(draw(4))
  })

  it('is uniform: every hundredth of the range is hit about as often', () => {
    const random = seededRandom(5)
    const bins = new Array<number>(100).fill(0)
    for (let draw = 0; draw < 100_000; draw++) bins[Math.floor(random() * 100)]!++
    const chiSquare = bins.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)
    expect(chiSquare).toBeLessThan(149) // 99.9 % point at 99 degrees of freedom
  })
})
