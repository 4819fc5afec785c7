import { Worker } from 'node:worker_threads'
import { expect, it, vi } from 'vitest'
import { AnsweringThread } from '../../src/flow/thread.ts'

const thread = () =>
  new AnsweringThread(new URL('../../src/engine/onnxWorker.js', import.meta.url), { library: 'onnxruntime-node' })

it('does not keep the process alive for what could not be sent', async () => {
  const one = thread()
  const [ref, unref] = [vi.spyOn(Worker.prototype, 'ref'), vi.spyOn(Worker.prototype, 'unref')]
  try {
    await expect(one.ask({ kind: 'run', pixels: () => undefined })).rejects.toThrow('could not be cloned')
    expect(one.waiting).toBe(0)
    expect(ref.mock.calls.length).toBeLessThanOrEqual(unref.mock.calls.length)
    expect(await one.ask({ kind: 'close' })).toBeUndefined()
  } finally {
    ref.mockRestore()
    unref.mockRestore()
    await one.end()
  }
})

it('an answer that can’t be understood is a failure of its call, and of no other', async () => {
  const { prototype } = Worker
  const on = vi.spyOn(prototype, 'on')
  const one = thread()
  const [, lost] = on.mock.calls.find(([event]) => event === 'messageerror') ?? []
  on.mockRestore()
  const [first, second] = [one.ask({ kind: 'close' }), one.answer()]
  lost?.(new Error('no room'))
  await expect(first).rejects.toThrow('no room')
  expect(await second).toBeUndefined()
  await one.end()
})
