import { expect, test } from 'vitest'
import {
  briefPercent,
  count,
  cutPercent,
  grouped,
  list,
  percent,
  printable,
  quoted,
  shownLabel,
  table,
} from '../src/text.ts'

test.each([
  [1, '100.0 %'],
  [0.9996, '99.9 %'],
  [0.894, '89.4 %'],
  [0.0002, '0.1 %'],
  [0, '0.0 %'],
])('the share %f is shown as %s: not all is not all, and something is not nothing', (share, text) => {
  expect(percent(share)).toBe(text)
  expect(briefPercent(share)).toBe(text.replace('.0 %', ' %'))
})

test('what misses a limit does not look equal to it', () => {
  expect([0.9499999, 0.95, 0.91234].map(cutPercent)).toEqual(['94.99 %', '95 %', '91.23 %'])
})

test('one is one, and large numbers can be read', () => {
  expect(count(1, 'picture')).toBe('1 picture')
  expect(count(0, 'picture')).toBe('0 pictures')
  expect(count(12_000, 'category', 'categories')).toBe('12,000 categories')
})

test.each([0, 999, 1000, 12_345, 999_999, 1_000_000, 1_234_567_890])(
  '%i has its digits grouped as in English',
  whole => {
    expect(grouped(whole)).toBe(whole.toLocaleString('en'))
  },
)

test.each([
  [[], 2, ''],
  [['a'], 2, 'a'],
  [['a', 'b'], 2, 'a and b'],
  [['a', 'b', 'c'], 2, 'a, b and c'],
  [['a', 'b', 'c', 'd', 'e'], 2, 'a, b and 3 more'],
])('the list of %j, %i of them named: "%s"', (items, most, text) => {
  expect(list(items, most)).toBe(text)
})

test('a table: names to the left, figures to the right, nothing behind', () => {
  const rows = [
    ['category', 'n'],
    ['cat', '10'],
  ]
  expect(table(rows)).toEqual(['category   n', 'cat       10'])
  expect(table(rows, () => false)).toEqual(['category  n', 'cat       10'])
  expect(table([])).toEqual([])
  // Names of other scripts, as wide as a terminal shows them.
  const names = ['e\u0301te\u0301', '犬', '🦊', 'кот']
  expect(table(names.map(name => [name, '1']))).toEqual(['e\u0301te\u0301  1', '犬   1', '🦊   1', 'кот  1'])
  const wide = ['한글'.normalize('NFD'), '✅⭐', '🇩🇪가', 'four']
  expect(table(wide.map(name => [name, '1'])).map(line => line.replace(/.*? /, ' '))).toEqual(Array(4).fill('  1'))
})

test('a name can neither break a line nor command the terminal, and a shell takes it for one word', () => {
  expect(printable('a\nb\u001b[2J')).toBe('a\\u000ab\\u001b[2J')
  expect(shownLabel('darth_vader\n')).toBe('darth vader\\u000a')
  expect(['./tf_files', "it's here"].map(word => quoted(word, 'linux'))).toEqual(['./tf_files', "'it'\\''s here'"])
})

test.each([
  ['.\\tf_files', '.\\tf_files'],
  ['C:\\My Photos', '"C:\\My Photos"'],
  ['C:\\My Photos\\', '"C:\\My Photos\\\\"'],
  ["it's here", '"it\'s here"'],
  ['a,b', '"a,b"'],
  ['Café', '"Café"'],
])('cmd and PowerShell take %s for one word as %s', (word, expected) => {
  expect(quoted(word, 'win32')).toBe(expected)
})
