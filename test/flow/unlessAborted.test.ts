import { expect, it } from 'vitest'
import { unlessAborted } from '../../src/flow/unlessAborted.ts'

const stopped = new Error('stopped')

it.each(['before', 'meanwhile'])('a task that fails after all has been stopped (%s) ends no process', async when => {
  const unhandled: unknown[] = []
  const hear = (reason: unknown) => void unhandled.push(reason)
  process.on('unhandledRejection', hear)
  try {
    const stop = new AbortController()
    if (when === 'before') stop.abort(stopped)
    let fail: (error: Error) => void = () => undefined
    const task = new Promise<never>((_, reject) => (fail = reject))
    const result = unlessAborted(task, stop.signal)
    stop.abort(stopped)
    await expect(result).rejects.toBe(stopped)
    fail(new Error('late'))
    await new Promise(setImmediate)
    expect(unhandled).toEqual([])
  } finally {
    process.off('unhandledRejection', hear)
  }
})

it('the signal comes before what is done already, and a task before a signal to come', async () => {
  await expect(unlessAborted(Promise.resolve(1), AbortSignal.abort(stopped))).rejects.toBe(stopped)
  expect(await unlessAborted(Promise.resolve(1), new AbortController().signal)).toBe(1)
  expect(await unlessAborted(Promise.resolve(1), undefined)).toBe(1)
})
