import { expect, test } from 'vitest'
import { reportError } from '../../src/cli/failure.ts'
import { harmless, processTerminal, withLoudness } from '../../src/cli/terminal.ts'
import { UserError } from '../../src/errors.ts'

test('a terminal gets colours and nothing else that it obeys', () => {
  expect(harmless('\x1b[31mred\x1b[39m\tand\nmore')).toBe('\x1b[31mred\x1b[39m\tand\nmore')
  expect(harmless('\x1b]0;title\x07')).toBe('\\u001b]0;title\\u0007')
  expect(harmless('\x1b[2J\x9b2J\r')).toBe('\\u001b[2J\\u009b2J\\u000d')
  const value = { name: '\x9b2J \u202egpj.exe' }
  expect(JSON.parse(harmless(JSON.stringify(value)))).toEqual(value)
})

test('names in errors and hints are shown, not obeyed', () => {
  const lines: string[] = []
  const streams = { ...processTerminal(new AbortController().signal), err: (line: string) => void lines.push(line) }
  const terminal = withLoudness(streams, { quiet: false, verbose: false })
  const error = new UserError('E_NO_NODE', 'There is no node "\x1b[2J\nerror: all is lost".', {
    hint: 'Not \x1b]0;x\x07.',
  })
  expect(reportError(error, terminal)).toBe(1)
  expect(lines.join('|')).toMatch(/"\\u001b\[2J\\u000aerror: all is lost"\.\|Not \\u001b\]0;x\\u0007\.$/)
})

test.each([
  [0, undefined],
  [40, 40],
])('a terminal of %i columns: where it says 0, as under docker run -t, it does not know', (columns, width) => {
  const before = { isTTY: process.stdout.isTTY, columns: process.stdout.columns }
  try {
    Object.assign(process.stdout, { isTTY: true, columns })
    expect(processTerminal(new AbortController().signal).outWidth).toBe(width)
  } finally {
    Object.assign(process.stdout, before)
  }
})
