import { expect, it } from 'vitest'
import { createOnnxEngine } from '../../src/engine/onnx.ts'
import { trainInLoops } from '../../src/head/loops.ts'
import { DEFAULT_HEAD_OPTIONS } from '../../src/head/options.ts'
import { type HeadsPlan, loopsOf, planHeads } from '../../src/head/plan.ts'
import { seededRandom } from '../../src/head/sampler.ts'
import { trainSideBySide } from '../../src/head/train.ts'

it.each([
  ['what is little stays in one loop', 5, 2, 8, [[0, 1, 2, 3, 4]]],
  [
    'five heads of twelve categories',
    5,
    12,
    8,
    [
      [0, 1],
      [2, 3, 4],
    ],
  ],
  ['five heads of many categories, four cores', 5, 100, 4, [[0], [1], [2], [3, 4]]],
  ['no more loops than heads', 2, 100, 8, [[0], [1]]],
  ['one core', 9, 100, 1, [[0, 1, 2, 3, 4, 5, 6, 7, 8]]],
])('cuts heads into loops of about the same cost: %s', (_, heads, categories, cores, loops) => {
  expect(loopsOf({ heads }, categories, cores)).toEqual(loops)
})

it('gives the logits of all heads in their places, and tells of the steps of all', async () => {
  const [rows, width, categories] = [36, 8, 12]
  const random = seededRandom(6)
  const labels = Int32Array.from({ length: rows }, (_, row) => row % categories)
  const values = Float32Array.from({ length: rows * width }, () => random())
  const data = { values, rows, width, labels, categories }
  const plan = planHeads(rows, 8, (row, head) => row % 8 !== head)
  const engine = await createOnnxEngine()
  const options = { ...DEFAULT_HEAD_OPTIONS, steps: 100, batch: 8 }
  const train = (some: HeadsPlan, hooks: object) => trainSideBySide(engine, data, some, options, hooks)
  const told: number[] = []
  const onSteps = (done: number, total: number) => told.push(done / total)
  const cut = await trainInLoops(plan, categories, { onSteps }, train, 3)
  const whole = await train(plan, {})
  expect(cut.length).toBe(whole.length)
  for (const [at, logit] of cut.entries()) expect(Math.abs(logit - whole[at]!)).toBeLessThan(1e-6)
  expect(told).toEqual([...told].sort((a, b) => a - b))
  expect(told.at(-1)).toBe(1)
})
