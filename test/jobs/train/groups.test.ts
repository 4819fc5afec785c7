import { describe, expect, it } from 'vitest'
import { findNear } from '../../../src/assess/assess.ts'
import { folds, splitExamples } from '../../../src/dataset/split.ts'
import type { Extraction } from '../../../src/features/extract.ts'
import { seededRandom } from '../../../src/head/sampler.ts'
import { groupedExamples } from '../../../src/jobs/train/groups.ts'

const WIDTH = 32

/** Random features, two categories in turn; every row of `copies` is all but its first row again. */
async function examples(rows: number, copies: readonly (readonly number[])[]) {
  const random = seededRandom(1)
  const values = Float32Array.from({ length: rows * WIDTH }, () => random() - 0.5)
  for (const [first, ...others] of copies) {
    for (const row of others) {
      for (let at = 0; at < WIDTH; at++) values[row * WIDTH + at] = values[first! * WIDTH + at]! + random() * 0.01
    }
  }
  const labels = Int32Array.from({ length: rows }, (_, row) => row % 2)
  const matrix = { values, rows, width: WIDTH }
  const hashes = Array.from({ length: rows }, (_, row) => seededRandom(row)().toString(16).slice(2))
  const extraction: Extraction = { matrix, pictures: [], hashes, skipped: [], cached: 0 }
  return groupedExamples(extraction, labels, await findNear(matrix, labels))
}

describe('near-duplicates', () => {
  it('stay on one side of the split and in one fold', async () => {
    const copies = [
      [0, 2, 4],
      [1, 3],
      [10, 20, 30, 38],
    ]
    const grouped = await examples(60, copies)
    const splits = splitExamples(grouped)
    const parts = folds(grouped, 5)
    for (const rows of copies) {
      expect(new Set(rows.map(row => splits[row])).size).toBe(1)
      expect(new Set(rows.map(row => parts[row])).size).toBe(1)
      expect(new Set(rows.map(row => grouped[row]!.group)).size).toBe(1)
    }
    expect(grouped.filter(example => example.group !== undefined)).toHaveLength(9)
  })

  it('stay together where a category has ten groups, and are split where it has nine', async () => {
    const some = (count: number) => Array.from({ length: count }, (_, at) => at * 2)
    const isGrouped = async (count: number) => (await examples(40, [some(count)]))[0]!.group !== undefined
    expect([await isGrouped(11), await isGrouped(12)]).toEqual([true, false])
  })

  it('are split all the same where a category is little else', async () => {
    const even = Array.from({ length: 20 }, (_, at) => at * 2)
    const grouped = await examples(40, [even])
    expect(grouped.every(example => example.group === undefined)).toBe(true)
    expect(() => splitExamples(grouped)).not.toThrow()
  })
})
