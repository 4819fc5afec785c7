import { expect, it } from 'vitest'
import { permuted } from '../../src/graph/transpose.ts'

type Four = readonly [number, number, number, number]

/** By the definition: where an element of the result comes from. */
function plainly(data: Float32Array, shape: Four, perm: Four): number[] {
  const sizes = perm.map(axis => shape[axis]!)
  return Array.from(data, (_, at) => {
    const place = [0, 0, 0, 0]
    let rest = at
    for (let axis = 3; axis >= 0; axis--) {
      place[perm[axis]!] = rest % sizes[axis]!
      rest = Math.floor(rest / sizes[axis]!)
    }
    return data[place.reduce((sum, index, axis) => sum * shape[axis]! + index, 0)]!
  })
}

it.each<[string, Four, Four]>([
  ['weights of 3 x 3', [3, 3, 5, 11], [3, 2, 0, 1]],
  ['weights of 1 x 1', [1, 1, 19, 26], [3, 2, 0, 1]],
  ['weights of 1 x 3', [1, 3, 1, 9], [3, 2, 0, 1]],
  ['a filter a channel', [3, 3, 7, 1], [3, 2, 0, 1]],
  ['one channel to one', [1, 1, 1, 1], [3, 2, 0, 1]],
  ['one row of numbers', [1, 1, 12, 1], [3, 2, 0, 1]],
  ['a map', [2, 4, 3, 5], [0, 3, 1, 2]],
  ['a map of one place', [1, 1, 1, 8], [0, 3, 1, 2]],
  ['a map of one row', [1, 1, 9, 8], [0, 3, 1, 2]],
  ['two axes that stay in order', [1, 6, 1, 7], [1, 3, 0, 2]],
])('puts the axes of %s into another order', (_, shape, perm) => {
  const data = Float32Array.from({ length: shape.reduce((all, size) => all * size) }, (_, at) => at)
  expect([...permuted(data, shape, perm)]).toEqual(plainly(data, shape, perm))
})
