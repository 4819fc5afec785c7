import { expect, test } from 'vitest'
import { networkLines } from '../../src/cli/networkLines.ts'

const EVENT = {
  kind: 'network',
  name: 'own',
  recipe: { size: 96, resize: 'stretch', mean: [127.5, 127.5, 127.5], scale: [58.395, 57.12, 57.375] },
  features: 32,
  input: 'input',
  bottleneck: 'pool',
} as const

test('what a network tells is said, and what is assumed with the way to say otherwise', () => {
  expect(networkLines({ ...EVENT, assumesSize: false, assumesScaling: false })).toEqual([
    'network own: 96 px, (value - 127.5) / [58.395, 57.12, 57.375], 32 features from "pool"',
  ])
  expect(networkLines({ ...EVENT, assumesSize: true, assumesScaling: true })).toEqual([
    'network own: 96 px (assumed), (value - 127.5) / [58.395, 57.12, 57.375] (assumed), 32 features from "pool"',
    '  if it was trained with other pictures, say so: --input-size, --mean and --scale',
  ])
  const recipe = { ...EVENT.recipe, mean: [0, 0, 0], scale: [1, 1, 1] } as const
  expect(networkLines({ ...EVENT, recipe, assumesSize: false, assumesScaling: false })[0]).toContain(
    'values of 0 to 255',
  )
})
