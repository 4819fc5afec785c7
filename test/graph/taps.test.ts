import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { readNetwork } from '../../src/backbone/readNetwork.ts'
import { findTaps, withTaps } from '../../src/graph/cut/taps.ts'
import { smallNetwork } from '../helpers/networks.ts'
import { runGraph } from '../helpers/runGraph.ts'

test('the standard deviations over all places follow the bottleneck', async () => {
  const { graph, end } = withTaps(smallNetwork(), 'features', 6, { maps: ['conv', 'pool'], axes: [1, 2] })
  const outputs = await runGraph(graph, [end, 'conv', 'pool', 'features'])
  for (const picture of [0, 1]) {
    const own = (name: string) => {
      const values = outputs[name]!
      return Array.from(values.subarray((picture * values.length) / 2, ((picture + 1) * values.length) / 2))
    }
    const expected = [...own('features'), ...deviations(own('conv'), 4), ...deviations(own('pool'), 4)]
    const found = own(end)
    expect(found.length).toBe(expected.length)
    found.forEach((value, at) => {
      expect(value / expected[at]!).toBeCloseTo(1, 4)
    })
  }
})

test('the bundled networks’ blocks are found', async () => {
  expect((await tapsOf('mobilenet_v1')).maps).toEqual([
    'MobilenetV1/MobilenetV1/Conv2d_0/Relu6',
    ...Array.from({ length: 12 }, (_, at) => `MobilenetV1/MobilenetV1/Conv2d_${at + 1}_pointwise/Relu6`),
  ])
  const lite = await tapsOf('efficientnet_lite0')
  expect(lite.maps.length).toBe(17)
  expect(lite.maps.filter((_, at) => at % 4 === 0)).toEqual([
    'stem/relu6',
    'blocks/3/project/biased',
    'blocks/7/add',
    'blocks/11/project/biased',
    'blocks/15/project/biased',
  ])
})

test('a network whose bottleneck is no pooling has none', () => {
  expect(findTaps(smallNetwork(), 'input', 'dense').maps).toEqual([])
})

async function tapsOf(name: string) {
  const read = await readNetwork(fileURLToPath(new URL(`../../models/${name}`, import.meta.url)))
  if (read.format !== 'graph') throw new Error('a graph was expected')
  return findTaps(read.graph, read.input, read.bottleneck)
}

/** Of each channel of a map, [places, channels]. */
function deviations(map: readonly number[], channels: number): number[] {
  return Array.from({ length: channels }, (_, channel) => {
    const own = map.filter((_, at) => at % channels === channel)
    const mean = own.reduce((sum, value) => sum + value, 0) / own.length
    return Math.sqrt(own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / own.length + 1e-6)
  })
}
