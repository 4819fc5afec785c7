import { expect, it } from 'vitest'
import { foldedTable } from '../../src/cli/foldedTable.ts'

const ROWS = [
  ['category', 'pictures', 'precision', 'recall'],
  ['rose', '12', '91.7 %', '100.0 %'],
]

it('a table that fits, or that nobody watches, is as it is', () => {
  const whole = ['category  pictures  precision   recall', 'rose            12     91.7 %  100.0 %']
  expect(foldedTable(ROWS, undefined)).toEqual(whole)
  expect(foldedTable(ROWS, 38)).toEqual(whole)
})

it('a wider one is folded between columns, with the first column again', () => {
  expect(foldedTable(ROWS, 30)).toEqual([
    'category  pictures  precision',
    'rose            12     91.7 %',
    '',
    'category   recall',
    'rose      100.0 %',
  ])
})

it('a column that is wider than the terminal is shown all the same', () => {
  expect(foldedTable(ROWS, 5)).toHaveLength(8)
})
