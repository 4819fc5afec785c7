import { afterEach, expect, test } from 'vitest'
import { Interrupted, onSignals } from '../../src/cli/signals.ts'

const NAMES = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'] as const
const before = NAMES.map(name => process.listeners(name))
const streams = [process.stdout, process.stderr].map(stream => [stream, stream.listeners('error')] as const)
afterEach(() => {
  for (const [at, name] of NAMES.entries()) {
    for (const listener of process.listeners(name)) if (!before[at]!.includes(listener)) process.off(name, listener)
  }
  for (const [stream, listeners] of streams) {
    for (const listener of stream.listeners('error')) {
      if (!listeners.includes(listener)) stream.off('error', listener as () => void)
    }
  }
})

test.each([
  ['Ctrl-C', 'SIGINT', 130],
  ['a plain kill', 'SIGTERM', 143],
  ['a closed window', 'SIGHUP', 129],
  ['Ctrl-Break', 'SIGBREAK', 149],
] as const)('%s stops the work, which then ends by itself', (_, signal, exitCode) => {
  const stop = new AbortController()
  const release = onSignals(stop)
  const listeners = process.listeners(signal).filter(each => !before[NAMES.indexOf(signal)]!.includes(each))
  expect(listeners).toHaveLength(1)
  listeners[0]!(signal)
  release()
  expect(stop.signal.reason).toBeInstanceOf(Interrupted)
  expect(stop.signal.reason.exitCode).toBe(exitCode)
})
