import { expect, it } from 'vitest'
import { learnFamiliarity, planLeaveOut } from '../../src/assess/leaveOut.ts'
import { nearestNeighbours, unitRows } from '../../src/assess/neighbours.ts'
import { seededRandom } from '../../src/head/sampler.ts'

const [ROWS, CATEGORIES, FOLDS] = [60, 4, 5]
const labels = Int32Array.from({ length: ROWS }, (_, row) => row % CATEGORIES)
const folds = Array.from(labels, (_, row) => Math.floor(row / CATEGORIES) % FOLDS)

it('plans heads that see neither a category nor the fold that they are tested on', () => {
  const { heads, active, leftOut, testFold } = planLeaveOut(labels, CATEGORIES, folds)
  expect([...leftOut]).toEqual([0, 1, 2, 3])
  expect([...testFold]).toEqual([0, 1, 2, 3])
  for (let row = 0; row < ROWS; row++) {
    for (let head = 0; head < heads; head++) {
      const isSeen = labels[row] !== leftOut[head] && folds[row] !== testFold[head]
      expect(active[row * heads + head]).toBe(isSeen ? 1 : 0)
    }
  }
})

it('judges by pictures that the head without a category was not trained on', async () => {
  const random = seededRandom(2)
  const values = Float32Array.from({ length: ROWS * 3 }, () => random())
  const plan = planLeaveOut(labels, CATEGORIES, folds)
  // Pictures that a head was trained on look more familiar than any, and those of the category that it never saw than the rest.
  const energyOf = (row: number, head: number) =>
    labels[row] === plan.leftOut[head] ? 5 : folds[row] === plan.testFold[head] ? 0 : 50
  const logits = Float32Array.from({ length: ROWS * plan.heads * CATEGORIES }, (_, at) => {
    const column = Math.floor(at / CATEGORIES)
    return energyOf(Math.floor(column / plan.heads), column % plan.heads) + random()
  })
  const { separation } = learnFamiliarity({
    predictions: { labels, categories: CATEGORIES, logits: new Float32Array(ROWS * CATEGORIES) },
    neighbours: await nearestNeighbours(unitRows({ values, rows: ROWS, width: 3 }), labels),
    folds,
    leaveOut: { plan, logits },
  })
  expect(separation.perCategory.map(({ pictures }) => pictures)).toEqual([15, 15, 15, 15])
  expect(separation.energyAuroc).toBe(0)
})
