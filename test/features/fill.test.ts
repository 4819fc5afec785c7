import { join } from 'node:path'
import fs from 'fs-extra'
import sharp from 'sharp'
import { expect, it } from 'vitest'
import type { Backbone } from '../../src/backbone/backbone.ts'
import { scanDataset } from '../../src/dataset/scan.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { extractFeatures } from '../../src/features/extract.ts'
import { PartCache } from '../../src/features/partCache.ts'
import { extractVariants } from '../../src/features/variants.ts'
import { DEFAULT_LIMITS } from '../../src/image/limits.ts'
import type { Recipe } from '../../src/image/recipe.ts'
import { sampleFolder } from '../helpers/pictures.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

/** A network of two features: the sums of a picture's pixels, and of every third one. */
function network(name: string, recipe: Partial<Recipe>): Backbone {
  return {
    name,
    sha256: name,
    features: 2,
    recipe: { size: 16, resize: 'stretch', mean: [0, 0, 0], scale: [1, 1, 1], ...recipe },
    loadNetwork: () => Promise.reject(new Error('not needed')),
  }
}

/** Sums pixels, and counts the pictures that each network saw. */
function adder() {
  const seen = new Map<string, number>()
  const engine: Pick<Engine, 'loadBackbone'> = {
    loadBackbone: async ({ name, recipe }) => ({
      atOnce: 2,
      batch: 4,
      run: async (pixels, count) => {
        seen.set(name, (seen.get(name) ?? 0) + count)
        const bytes = recipe.size ** 2 * 3
        return Float32Array.from({ length: count * 2 }, (_, at) => {
          const own = pixels.subarray(Math.floor(at / 2) * bytes, (Math.floor(at / 2) + 1) * bytes)
          return own.reduce((sum, value, place) => (at % 2 === 0 || place % 3 === 0 ? sum + value : sum), 0)
        })
      },
      dispose: async () => undefined,
    }),
  }
  return { seen, engine: async () => engine as Engine }
}

it('fills several backbones at once as one by one, and computes only what each of them lacks', async () => {
  const tfFiles = await sampleFolder(await tempFolder(), ['bird', 'bug'], 5)
  await fs.writeFile(join(tfFiles, 'data/bug/broken.jpg'), Buffer.from('ffd8ffe000104a46', 'hex'))
  const { pictures } = await scanDataset(join(tfFiles, 'data'))
  const backbones = [network('a', {}), network('b', {}), network('c', { size: 24, resize: 'crop' })]
  const alone = await Promise.all(
    backbones.map(async backbone => {
      const store = await PartCache.open(join(await tempFolder(), 'cache'))
      const options = { store, limits: DEFAULT_LIMITS, engine: adder().engine }
      const extraction = await extractFeatures(pictures, [backbone], options)
      const variants = await extractVariants(extraction, [backbone], 2, options)
      await store.close()
      return { extraction, variants }
    }),
  )

  const store = await PartCache.open(join(tfFiles, 'bottlenecks'))
  const first = adder()
  await extractFeatures(pictures, [backbones[1]!], { store, limits: DEFAULT_LIMITS, engine: first.engine })
  const { seen, engine } = adder()
  const reports: [done: number, total: number, cached: number][] = []
  const together = await extractFeatures(pictures, backbones, {
    store,
    limits: DEFAULT_LIMITS,
    engine,
    onProgress: ({ done, total, cached }) => reports.push([done, total, cached]),
  })
  expect([...seen].sort()).toEqual([
    ['a', 10],
    ['c', 10],
  ])
  expect(together.cached).toBe(10)
  expect(together.skipped).toEqual(alone[0]!.extraction.skipped)
  expect(together.skipped).toHaveLength(1)
  expect(reports[0]).toEqual([10, 33, 10])
  expect(reports.at(-1)).toEqual([33, 33, 10])
  const variants = await extractVariants(together, backbones, 2, { store, limits: DEFAULT_LIMITS, engine })
  for (const [place, one] of alone.entries()) {
    for (let row = 0; row < 10; row++) {
      expect(together.matrix.values.subarray(row * 6 + place * 2, row * 6 + place * 2 + 2)).toEqual(
        one.extraction.matrix.values.subarray(row * 2, row * 2 + 2),
      )
    }
    for (let row = 0; row < 30; row++) {
      expect(variants.subarray(row * 6 + place * 2, row * 6 + place * 2 + 2)).toEqual(
        one.variants.subarray(row * 2, row * 2 + 2),
      )
    }
  }
  const again = await extractFeatures(pictures, backbones, {
    store,
    limits: DEFAULT_LIMITS,
    engine: () => Promise.reject(new Error('all is in the cache')),
  })
  expect(again.cached).toBe(30)
  expect(again.matrix.values).toEqual(together.matrix.values)
  await store.close()
})

it.each([Number.NaN, Number.POSITIVE_INFINITY])(
  'skips and lists a picture of which one of two networks makes %d, and keeps nothing of that',
  async value => {
    const tfFiles = await sampleFolder(await tempFolder(), ['bird', 'bug'], 2)
    const black = { width: 20, height: 20, channels: 3, background: '#000' } as const
    await sharp({ create: black }).png().toFile(join(tfFiles, 'data/bird/black.png'))
    const { pictures } = await scanDataset(join(tfFiles, 'data'))
    const backbones = [network('a', {}), network('half', {})]
    const sums = await adder().engine()
    const loadBackbone: Engine['loadBackbone'] = async backbone => {
      const runner = await sums.loadBackbone(backbone)
      const run: typeof runner.run = async (pixels, count) => {
        const found = await runner.run(pixels, count)
        return found.map(sum => (sum === 0 && backbone.name === 'half' ? value : sum))
      }
      return { ...runner, run }
    }
    const store = await PartCache.open(join(tfFiles, 'bottlenecks'))
    const options = { store, limits: DEFAULT_LIMITS, engine: async () => ({ ...sums, loadBackbone }) }
    for (const cached of [0, 9]) {
      const found = await extractFeatures(pictures, backbones, options)
      expect(found.skipped).toEqual([{ relative: 'bird/black.png', reason: 'half makes of it what is no number' }])
      expect(found).toMatchObject({ matrix: { rows: 4 }, cached })
    }
    await store.close()
  },
)
