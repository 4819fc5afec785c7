import { expect, test } from 'vitest'
import { duration, inHundred, interval, percent } from '../../studio-page/src/words.ts'

test.each([
  [0.87, '87 in 100 right'],
  [0.994, '99 in 100 right'],
  [199 / 200, 'more than 99 in 100 right'],
  [0.998, 'more than 99 in 100 right'],
  [1, '100 in 100 right'],
  [0.003, 'less than 1 in 100 right'],
  [0, '0 in 100 right'],
])('an accuracy of %s is "%s": a whole hundred is one without a mistake', (accuracy, words) => {
  expect(inHundred(accuracy)).toBe(words)
})

test.each([
  [[0.854, 0.889], ' (85–89)'],
  [[0.997, 1], ' (99–100)'],
  [[0, 0.003], ' (0–1)'],
  [null, ''],
] as const)('the interval %j is "%s"', (range, words) => {
  expect(interval(range)).toBe(words)
})

test('a score is no whole hundred, and a minute never has sixty seconds', () => {
  expect([percent(0.995), percent(1), percent(0.91)]).toEqual(['>\u00a099\u00a0%', '100\u00a0%', '91\u00a0%'])
  expect([duration(59.6), duration(119.7), duration(125), duration(0.2)]).toEqual([
    '1 min 0 s',
    '2 min 0 s',
    '2 min 5 s',
    '1 s',
  ])
})
