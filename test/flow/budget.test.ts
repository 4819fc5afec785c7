import { expect, test } from 'vitest'
import { Budget } from '../../src/flow/budget.ts'
import { random } from '../helpers/samples.ts'

const TOTAL = 400
const KEPT = 300

test('no more is held than there is, and every task comes to its end, whatever they ask for', async () => {
  const next = random(1)
  const budget = new Budget(TOTAL, KEPT)
  let held = 0
  let most = 0
  const holding = async (amount: number, task: () => Promise<void>) => {
    held += amount
    most = Math.max(most, held)
    for (let turn = next(3); turn >= 0; turn--) await new Promise(setImmediate)
    await task()
    held -= amount
  }
  const tasks = Array.from({ length: 500 }, async () => {
    const file = next(10) === 0 ? next(257) : next(20)
    const decoding = next(KEPT - file + 1)
    await budget.hold('first', file, () =>
      holding(file, () => budget.hold('second', decoding, () => holding(decoding, async () => {}))),
    )
  })
  await Promise.all(tasks)
  expect(held).toBe(0)
  expect(most).toBeLessThanOrEqual(TOTAL)
  expect(most).toBeGreaterThan(KEPT)
})

test('one that needs more than there is runs alone', async () => {
  const budget = new Budget(TOTAL, KEPT)
  const running = new Set<number>()
  const alone: boolean[] = []
  const task = (amount: number) =>
    budget.hold('second', amount, async () => {
      running.add(amount)
      await new Promise(setImmediate)
      if (amount > TOTAL) alone.push(running.size === 1)
      running.delete(amount)
    })
  await Promise.all([100, 900, 101, 901].map(task))
  expect(alone).toEqual([true, true])
})

test('a task that fails gives back what it held', async () => {
  const budget = new Budget(TOTAL, KEPT)
  const failing = () => budget.hold('first', 100, () => Promise.reject(new Error('no')))
  for (let i = 0; i < 10; i++) await expect(failing()).rejects.toThrow('no')
  expect(await budget.hold('first', 100, async () => 'ok')).toBe('ok')
})

test('fractions and what is no number leave nothing held: the largest part still gets its turn', async () => {
  const budget = new Budget(TOTAL, KEPT)
  const amounts = [0.1, 0.2, 0.3, 1 / 3, Number.NaN, 17.7]
  await Promise.all(amounts.map(amount => budget.hold('second', amount, () => new Promise(setImmediate))))
  expect(await budget.hold('second', 2 * TOTAL, async () => 'done')).toBe('done')
})
