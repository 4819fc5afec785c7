import { expect, test } from 'vitest'
import { percent } from '../../src/cli/figures.ts'

test.each([
  [1, '100.0 %'],
  [0.9996, '99.9 %'],
  [0.894, '89.4 %'],
  [0.0002, '0.1 %'],
  [0, '0.0 %'],
])('the share %f is shown as %s: not all is not all, and something is not nothing', (share, text) => {
  expect(percent(share)).toBe(text)
})
