import { availableParallelism } from 'node:os'
import { describe, expect, it } from 'vitest'
import type { HeadProblem } from '../../src/engine/engine.ts'
import { createOnnxEngine } from '../../src/engine/onnx.ts'
import { seededRandom } from '../../src/head/sampler.ts'
import { gramOf } from '../helpers/gram.ts'
import { type Calls, logitsOfHeads, meanOfCounted, plainSgd, reversedRows, toldAfter } from '../helpers/plainSgd.ts'

const STEPS = 30
const COUNTED: Calls = [
  [0, 10, false],
  [10, 17, true],
  [17, 25, true],
  [25, STEPS, false],
]

/** A kernel makes the kernel form. */
describe.each([
  { form: 'kernel', rows: 40, width: 64, categories: 4 },
  { form: 'weights', rows: 90, width: 24, categories: 4 },
  { form: 'kernel', rows: 40, width: 64, categories: 2 },
  { form: 'weights', rows: 90, width: 24, categories: 2 },
])('training heads of $categories categories, $form form', ({ form, rows, width, categories }) => {
  it('does what plain loops in double precision do', async () => {
    const { problem, batches } = example(form, rows, width, categories)
    const trainer = await (await createOnnxEngine()).createTrainer(problem)
    await trainer.steps(batches.subarray(0, (STEPS / 2) * problem.batch))
    await trainer.steps(batches.subarray((STEPS / 2) * problem.batch)) // goes on where it stopped
    const { weights, bias } = await trainer.read()
    const plain = plainSgd(problem, batches)
    expect(largestDifference(weights, plain.weights)).toBeLessThan(1e-5)
    expect(largestDifference(bias, plain.bias)).toBeLessThan(1e-5)

    const logits = await trainer.logits()
    expect(largestDifference(logits, logitsOfHeads(problem, weights, bias))).toBeLessThan(1e-4)
    await trainer.dispose()
  })

  it('gives the same logits where only they are wanted, in this thread or in others side by side', async () => {
    const { problem, batches } = example(form, rows, width, categories)
    const engine = await createOnnxEngine()
    const ways = [{}, { onlyLogits: true }, { onlyLogits: true, apart: true }, { apart: true }]
    const logits = ways.map(async way => {
      const trainer = await engine.createTrainer({ ...problem, ...way })
      await trainer.steps(batches)
      return trainer.logits().finally(() => trainer.dispose())
    })
    const [first, ...others] = await Promise.all(logits)
    for (const other of others) expect(other).toEqual(first)
  })

  it.each([{}, { apart: true }])(
    'tells of the mean of the weights that count, and goes on from the last: %j',
    async way => {
      const { problem, batches } = example(form, rows, width, categories)
      const trainer = await (await createOnnxEngine()).createTrainer({ ...problem, ...way })
      const { weights, bias, logits } = await toldAfter(trainer, problem, batches, COUNTED)
      const mean = meanOfCounted(problem, batches, COUNTED)
      expect(largestDifference(weights, mean.weights)).toBeLessThan(1e-5)
      expect(largestDifference(bias, mean.bias)).toBeLessThan(1e-5)
      expect(largestDifference(logits, logitsOfHeads(problem, weights, bias))).toBeLessThan(1e-4)
    },
  )

  it('gives the same bytes again', async () => {
    const { problem, batches } = example(form, rows, width, categories)
    const engine = await createOnnxEngine()
    const runs = await Promise.all(
      [1, 2].map(async () => {
        const trainer = await engine.createTrainer(problem)
        await trainer.steps(batches)
        return (await trainer.read()).weights
      }),
    )
    expect(runs[0]).toEqual(runs[1])
  })
})

it('trains in no more threads than there are cores: others wait for their turn', async () => {
  const { problem, batches } = example('kernel', 40, 64, 2)
  const engine = await createOnnxEngine()
  const start = () => engine.createTrainer({ ...problem, apart: true })
  const running = await Promise.all(Array.from({ length: availableParallelism() }, start))
  let isStarted = false
  const another = start().then(async trainer => {
    isStarted = true
    await trainer.dispose()
  })
  for (const trainer of running) await trainer.steps(batches)
  expect(isStarted).toBe(false)
  for (const trainer of running) await trainer.dispose()
  await another
  expect(isStarted).toBe(true)
})

it.each([4, 2])('goes on, with %i categories, on other rows', async categories => {
  const { problem, batches } = example('weights', 90, 24, categories)
  const engine = await createOnnxEngine()
  const trainer = await engine.createTrainer(problem)
  await trainer.steps(batches.subarray(0, (STEPS / 2) * problem.batch))
  trainer.swap(reversedRows(problem))
  await trainer.steps(batches.subarray((STEPS / 2) * problem.batch).map(row => problem.rows - 1 - row))
  const plain = plainSgd(problem, batches)
  const { weights, bias } = await trainer.read()
  expect(largestDifference(weights, plain.weights)).toBeLessThan(1e-5)
  expect(largestDifference(bias, plain.bias)).toBeLessThan(1e-5)
  await trainer.dispose()
})

/** Three heads; the last one may train on no row of the first batches. */
function example(
  form: string,
  rows: number,
  width: number,
  categories: number,
): { problem: HeadProblem; batches: Int32Array } {
  const random = seededRandom(7)
  const [heads, batch] = [3, 10]
  const features = Float32Array.from({ length: rows * width }, () => random() * 2 - 0.5)
  const problem: HeadProblem = {
    features,
    ...(form === 'kernel' && { kernel: gramOf(features, rows, 3) }),
    rows,
    width,
    labels: Int32Array.from({ length: rows }, () => Math.floor(random() * categories)),
    categories,
    heads,
    active: Float32Array.from({ length: rows * heads }, (_, at) =>
      at % heads === 2 ? (at < 6 ? 1 : 0) : random() < 0.7 ? 1 : 0,
    ),
    learningRate: 0.05,
    decay: 0.3,
    biasSquare: 3,
    batch,
  }
  return { problem, batches: Int32Array.from({ length: STEPS * batch }, () => Math.floor(random() * rows)) }
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length)
  let largest = 0
  for (let at = 0; at < a.length; at++) largest = Math.max(largest, Math.abs(a[at]! - b[at]!))
  return largest
}
