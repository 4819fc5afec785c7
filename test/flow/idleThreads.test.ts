import { expect, it, vi } from 'vitest'
import { IdleThreads } from '../../src/flow/idleThreads.ts'
import { AnsweringThread } from '../../src/flow/thread.ts'

/** One that answers whatever it is asked with what went wrong, as it has no network. */
const thread = () =>
  new AnsweringThread(new URL('../../src/engine/onnxWorker.js', import.meta.url), { library: 'onnxruntime-node' })

it('gives each thread to one taker, who may let it wait again', async () => {
  const idle = new IdleThreads()
  const [one, two] = [thread(), thread()]
  idle.keep(one, 1e6)
  idle.keep(two, 1e6)
  expect([idle.take(), idle.take(), idle.take()]).toEqual([two, one, undefined])
  idle.keep(one, 1e6)
  expect(idle.count).toBe(1)
  expect(idle.take()).toBe(one)
  await Promise.all([one.end(), two.end()])
})

it('ends all at once that wait, and none that was taken', async () => {
  const idle = new IdleThreads()
  const [left, taken] = [thread(), thread()]
  idle.keep(taken, 1e6)
  idle.take()
  idle.keep(left, 1e6)
  idle.end()
  expect(idle.take()).toBe(undefined)
  await expect(left.ask({})).rejects.toThrow('ended')
  await expect(taken.ask({ kind: 'run' })).rejects.toThrow('tensor')
  await taken.end()
})

it('ends those that nobody takes, and none that was taken', async () => {
  const idle = new IdleThreads()
  const [left, taken] = [thread(), thread()]
  idle.keep(taken, 10)
  expect(idle.take()).toBe(taken)
  idle.keep(left, 10)
  await vi.waitFor(() => expect(idle.count).toBe(0))
  await expect(left.ask({})).rejects.toThrow('ended')
  await expect(taken.ask({ kind: 'run' })).rejects.toThrow('tensor') // its own words: it is there
  await taken.end()
})
