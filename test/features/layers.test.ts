import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Backbone } from '../../src/backbone/backbone.ts'
import { scanDataset } from '../../src/dataset/scan.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { extractFeatures } from '../../src/features/extract.ts'
import { layersOf } from '../../src/features/identity.ts'
import { lastFeatures } from '../../src/features/lastFeatures.ts'
import { PartCache } from '../../src/features/partCache.ts'
import { DEFAULT_LIMITS } from '../../src/image/limits.ts'
import { sampleFolder } from '../helpers/pictures.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

const LAST = 2

/** A network of two last features and, where asked for, two inner layers of three numbers and one. */
function network(inner?: readonly number[]): Backbone {
  return {
    name: 'network',
    sha256: 'network',
    features: LAST + (inner ?? []).reduce((sum, length) => sum + length, 0),
    inner,
    recipe: { size: 16, resize: 'stretch', mean: [0, 0, 0], scale: [1, 1, 1] },
    loadNetwork: () => Promise.reject(new Error('not needed')),
  }
}

/** Roots of sums of pixels: numbers that float16 rounds. */
function roots() {
  let seen = 0
  const engine: Pick<Engine, 'loadBackbone'> = {
    loadBackbone: async ({ features }) => ({
      atOnce: 2,
      batch: 4,
      run: async (pixels, count) => {
        seen += count
        const bytes = pixels.length / count
        return Float32Array.from({ length: count * features }, (_, at) => {
          const start = Math.floor(at / features) * bytes
          return Math.sqrt(pixels[start + (at % features)]! + 0.1)
        })
      },
      dispose: async () => undefined,
    }),
  }
  return { count: () => seen, engine: async () => engine as Engine }
}

it('keeps inner layers apart: what is there of a bottleneck is found, whichever layers were asked for then', async () => {
  const tfFiles = await sampleFolder(await tempFolder(), ['bird', 'bug'], 4)
  const { pictures } = await scanDataset(join(tfFiles, 'data'))
  const store = await PartCache.open(join(tfFiles, 'bottlenecks'))
  const { count, engine } = roots()
  const extract = (backbone: Backbone) =>
    extractFeatures(pictures, [backbone], { store, limits: DEFAULT_LIMITS, engine })

  const last = await extract(network())
  expect(count()).toBe(8)
  const many = await extract(network([3, 1]))
  expect([count(), many.cached]).toEqual([16, 0]) // the inner layers were not there
  expect(lastFeatures(many.matrix, [network([3, 1])]).values).toEqual(last.matrix.values)

  const kept = new Map<number, Set<string>>()
  for (const { identity, length } of layersOf(network([3, 1]))) {
    const own = new Set<string>()
    await store.readEach(identity, many.hashes, length, (_, numbers) => own.add(numbers.constructor.name))
    kept.set(length, own)
  }
  expect([kept.get(LAST), kept.get(4)]).toEqual([new Set(['Float32Array']), new Set(['Uint16Array'])]) // half the bytes

  const again = await extract(network([3, 1]))
  expect([count(), again.cached]).toEqual([16, 8])
  expect(again.matrix.values).toEqual(many.matrix.values) // rounded at once, not only when it comes from the cache
  expect((await extract(network())).cached).toBe(8)
  expect((await extract(network([1, 3]))).cached).toBe(0) // other layers
  await store.close()
})

it('rounds inner layers by less than a thousandth', async () => {
  const tfFiles = await sampleFolder(await tempFolder(), ['bird', 'bug'], 3)
  const { pictures } = await scanDataset(join(tfFiles, 'data'))
  const store = await PartCache.open(join(tfFiles, 'bottlenecks'))
  const options = { store, limits: DEFAULT_LIMITS, engine: roots().engine }
  const inner = await extractFeatures(pictures, [network([4])], options)
  const exact = await extractFeatures(pictures, [{ ...network(), sha256: 'other', features: 6 }], options)
  inner.matrix.values.forEach((value, at) => {
    const share = value / exact.matrix.values[at]!
    expect(Math.abs(share - 1)).toBeLessThan(at % 6 < LAST ? 1e-9 : 1e-3)
  })
  await store.close()
})

it('leaves inner layers out of rows of several networks', () => {
  const backbones = [network([3, 1]), network(), network([2])]
  const values = Float32Array.from({ length: 2 * 12 }, (_, at) => at)
  const { values: last, width } = lastFeatures({ values, rows: 2, width: 12 }, backbones)
  expect(width).toBe(6)
  expect([...last]).toEqual([0, 1, 6, 7, 8, 9, 12, 13, 18, 19, 20, 21])
  const alone = lastFeatures({ values: values.subarray(0, 12), rows: 1, width: 12 }, backbones)
  expect([...alone.values]).toEqual([0, 1, 6, 7, 8, 9])
})
