import { expect, it } from 'vitest'
import type { HeadProblem } from '../../src/engine/engine.ts'
import { createTensorflowTrainer } from '../../src/engine/tensorflowHead.ts'
import { seededRandom } from '../../src/head/sampler.ts'
import { type Calls, logitsOfHeads, meanOfCounted, plainSgd, reversedRows, toldAfter } from '../helpers/plainSgd.ts'
import { describeTensorflow } from '../helpers/tensorflowSuite.ts'

const CASES: readonly [string, Partial<HeadProblem>][] = [
  ['one head, two categories', { heads: 1, categories: 2 }],
  ['one head, seven categories', { heads: 1, categories: 7 }],
  ['five heads side by side', { heads: 5, categories: 3 }],
  ['more rows than features', { rows: 200, width: 16, heads: 2 }],
  ['a batch of one', { batch: 1, heads: 3 }],
  ['weight decay, and a bias that learns faster', { heads: 2, decay: 0.5, biasSquare: 4 }],
]

describeTensorflow('training heads in tensorflow', tf => {
  it.each(CASES)('does what plain SGD does: %s', async (_, sizes) => {
    const problem = randomProblem(sizes)
    const chosen = draws(problem, 40)
    const trainer = createTensorflowTrainer(tf, problem)
    await trainer.steps(chosen.subarray(0, 13 * problem.batch))
    await trainer.steps(chosen.subarray(13 * problem.batch))
    const { weights, bias } = await trainer.read()
    const logits = await trainer.logits()
    await trainer.dispose()

    const plain = plainSgd(problem, chosen)
    expect(largestDifference(weights, plain.weights)).toBeLessThan(1e-5)
    expect(largestDifference(bias, plain.bias)).toBeLessThan(1e-5)
    expect(largestDifference(logits, logitsOfHeads(problem, weights, bias))).toBeLessThan(1e-4)
  })

  it('tells of the mean of the weights that count, and goes on from the last', async () => {
    const problem = randomProblem({ heads: 2, categories: 3 })
    const chosen = draws(problem, 40)
    const trainer = createTensorflowTrainer(tf, problem)
    const calls: Calls = [
      [0, 13, true],
      [13, 30, true],
      [30, 40, false],
    ]
    const { weights, bias, logits } = await toldAfter(trainer, problem, chosen, calls)
    const mean = meanOfCounted(problem, chosen, calls)
    expect(largestDifference(weights, mean.weights)).toBeLessThan(1e-5)
    expect(largestDifference(bias, mean.bias)).toBeLessThan(1e-5)
    expect(largestDifference(logits, logitsOfHeads(problem, weights, bias))).toBeLessThan(1e-4)
  })

  it('goes on, on other rows', async () => {
    const problem = randomProblem({ heads: 2, categories: 3 })
    const chosen = draws(problem, 40)
    const trainer = createTensorflowTrainer(tf, problem)
    await trainer.steps(chosen.subarray(0, 13 * problem.batch))
    trainer.swap(reversedRows(problem))
    await trainer.steps(chosen.subarray(13 * problem.batch).map(row => problem.rows - 1 - row))
    const { weights, bias } = await trainer.read()
    const plain = plainSgd(problem, chosen)
    expect(largestDifference(weights, plain.weights)).toBeLessThan(1e-5)
    expect(largestDifference(bias, plain.bias)).toBeLessThan(1e-5)
    await trainer.dispose()
  })

  it('leaves a head alone in a step without an active row of it', async () => {
    const problem = randomProblem({ heads: 2 })
    for (let row = 0; row < problem.rows; row++) problem.active[row * 2 + 1] = 0
    const trainer = createTensorflowTrainer(tf, problem)
    await trainer.steps(draws(problem, 10))
    const { weights, bias } = await trainer.read()
    await trainer.dispose()
    const half = weights.length / 2
    expect(weights.subarray(0, half).some(value => value !== 0)).toBe(true)
    expect(weights.subarray(half).every(value => value === 0)).toBe(true)
    expect([...bias.subarray(problem.categories)]).toEqual(new Array(problem.categories).fill(0))
  })

  it('starts from zero, and reading changes nothing', async () => {
    const problem = randomProblem({})
    const trainer = createTensorflowTrainer(tf, problem)
    expect((await trainer.logits()).every(value => value === 0)).toBe(true)
    const { weights } = await trainer.read()
    weights.fill(9)
    expect((await trainer.read()).weights.every(value => value === 0)).toBe(true)
    await trainer.dispose()
  })

  it('holds as many tensors after a thousand steps as before, and none once disposed of', async () => {
    const before = tf.memory().numTensors
    const problem = randomProblem({ heads: 3 })
    const trainer = createTensorflowTrainer(tf, problem)
    await trainer.steps(draws(problem, 1), true)
    const during = tf.memory().numTensors
    await trainer.steps(draws(problem, 1000), true)
    await trainer.logits()
    await trainer.read()
    expect(tf.memory().numTensors).toBe(during)
    await trainer.dispose()
    expect(tf.memory().numTensors).toBe(before)
  })

  it('lets the event loop turn while it trains', async () => {
    const problem = randomProblem({})
    const trainer = createTensorflowTrainer(tf, problem)
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    await trainer.steps(draws(problem, 2000))
    clearInterval(timer)
    await trainer.dispose()
    expect(turns).toBeGreaterThan(5)
  })
})

/** A problem with features that tell the categories apart a little, and rows that are each active in most heads. */
function randomProblem(sizes: Partial<HeadProblem>): HeadProblem {
  const { rows = 30, width = 24, categories = 4, heads = 1, batch = 10, learningRate = 0.05 } = sizes
  const random = seededRandom(7)
  const labels = Int32Array.from({ length: rows }, () => Math.floor(random() * categories))
  const features = Float32Array.from({ length: rows * width }, (_, at) => {
    const label = labels[Math.floor(at / width)]
    return random() * 2 + (at % categories === label ? 1 : 0)
  })
  const active = Float32Array.from({ length: rows * heads }, () => (random() < 0.8 ? 1 : 0))
  return { ...sizes, rows, width, categories, heads, batch, learningRate, labels, features, active }
}

/** Row indices of that many steps. */
function draws({ rows, batch }: HeadProblem, steps: number): Int32Array {
  const random = seededRandom(11)
  return Int32Array.from({ length: steps * batch }, () => Math.floor(random() * rows))
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length)
  let largest = 0
  for (let at = 0; at < a.length; at++) largest = Math.max(largest, Math.abs(a[at]! - b[at]!))
  return largest
}
