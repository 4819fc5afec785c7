import { expect, it } from 'vitest'
import { drawing, drawingAll } from '../../src/head/draws.ts'
import { rowsByCategory } from '../../src/head/sampler.ts'

const LABELS = Int32Array.from({ length: 30 }, (_, row) => row % 3)
const plainly = (labels: Int32Array, seed: number) =>
  drawing(
    rowsByCategory(labels, () => true),
    seed,
  )

it.each([{ most: 1000 }, { most: 10_000_000 }])(
  'rows drawn by several are those of one alone, up to $most',
  ({ most }) => {
    const expected = plainly(LABELS, 7)(1000)
    const [first, second] = [drawingAll(LABELS, LABELS, 7, most), drawingAll(LABELS, LABELS, 7, most)]
    const drawn = [first(300), second(500), second(500), first(700)]
    expect([...drawn[0]!, ...drawn[3]!]).toEqual([...expected])
    expect([...drawn[1]!, ...drawn[2]!]).toEqual([...expected])
  },
)

it('no message of drawn rows takes others along: each has memory of its own', () => {
  expect(drawingAll(LABELS, LABELS, 7, 1000)(20).buffer.byteLength).toBe(80)
})

it.each([
  ['another seed', LABELS, LABELS, 8],
  ['variants', LABELS, Int32Array.of(...LABELS, ...LABELS), 7],
  ['other labels', LABELS.map(label => 2 - label), LABELS.map(label => 2 - label), 7],
])('with %s they are others', (_, labels, training, seed) => {
  const usual = drawingAll(LABELS, LABELS, 7, 100)(100)
  const drawn = drawingAll(labels, training, seed, 100)(100)
  expect(drawn).toEqual(plainly(training, seed)(100))
  expect(drawn).not.toEqual(usual)
})
