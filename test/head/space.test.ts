import { expect, it } from 'vitest'
import { seededRandom } from '../../src/head/sampler.ts'
import { toSpace } from '../../src/head/space.ts'

const ROWS = 40

it.each([
  { backbones: [[6]], last: 0.5, squares: [512] },
  { backbones: [[6, 4, 5]], last: 0.5, squares: [256, 128, 128] },
  { backbones: [[6, 4, 5], [3, 8], [7]], last: 0.8, squares: [136.53, 17.07, 17.07, 136.53, 34.13, 170.67] },
])('blocks of $backbones share one square, of which the last features have $last', ({ backbones, last, squares }) => {
  const random = seededRandom(2)
  const width = backbones.flat().reduce((sum, length) => sum + length, 0)
  const bottlenecks = Float32Array.from({ length: ROWS * width }, () => random())
  const learnt = Array.from({ length: ROWS - 10 }, (_, row) => row)
  const { values } = toSpace(bottlenecks, backbones, learnt, { last, isHalved: true })
  let column = 0
  const found = backbones.flat().map(length => {
    let sum = 0
    for (const row of learnt) {
      for (let at = column; at < column + length; at++) sum += values[row * width + at]! ** 2
    }
    column += length
    return sum / learnt.length
  })
  for (const [block, square] of squares.entries()) expect(found[block]).toBeCloseTo(square, 1)
})
