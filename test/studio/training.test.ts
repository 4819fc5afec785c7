import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import type { TrainOptions } from '../../src/jobs/train/options.ts'
import { train } from '../../src/jobs/train/train.ts'
import { layoutOf } from '../../src/model/layout.ts'
import type { Manifest } from '../../src/model/manifest.ts'
import { networksOf, trainingLike } from '../../src/studio/training.ts'
import { tempFolder } from '../helpers/tempFolder.ts'
import { warmSampleFolder } from '../helpers/warmCache.ts'

const FEW: TrainOptions = { steps: 20, report: false }

async function trained(tfFiles: string, options: TrainOptions): Promise<Manifest> {
  await train(tfFiles, { report: false, ...options })
  return JSON.parse(await readFile(layoutOf(tfFiles).manifest, 'utf8')) as Manifest
}

test.each<TrainOptions>([
  {},
  { seed: 3, folds: 3, test: 0.3, learningRate: 0.02 },
  { head: 'softmax' },
  { head: 'softmax', layers: 'many' },
  { layers: 'last' },
  { resize: 'pad', inputSize: 96 },
  { backbone: 'efficientnet_lite0', inputSize: 96 },
])('trained with %j, a folder is trained so again, and its networks can be told', async options => {
  const tfFiles = await warmSampleFolder(await tempFolder(), ['bird', 'bug'], 5)
  const manifest = await trained(tfFiles, { ...FEW, ...options })
  expect(await trained(tfFiles, trainingLike(manifest))).toEqual(manifest)
  const preset = options.backbone === undefined ? 'fast' : null
  expect(networksOf(manifest)).toEqual({ names: [options.backbone ?? 'mobilenet_v1'], preset, known: true })
})

const MANIFEST = {
  format: 2,
  options: { head: 'mixed', steps: 70, batch: 100, learningRate: 0.01, seed: 1, folds: 0, validation: 0.1, test: 0.1 },
  backbones: [
    {
      name: 'mobilenet_v1',
      weightsSha256: 'cc1ae54f20c8d30fe88c7305e4c00237dcea97758c32f4dc664e2f611c57c068',
      inner: [512],
      recipe: { size: 288, resize: 'crop', mean: [127.5, 127.5, 127.5], scale: [127.5, 127.5, 127.5] },
    },
  ],
} as unknown as Manifest

test('a preset takes the place of the networks alone', () => {
  const like = trainingLike(MANIFEST, 'best')
  expect(like).toMatchObject({ preset: 'best', steps: 70, layers: 'many', inputSize: 288, resize: 'crop' })
  expect(like).not.toHaveProperty('backbone')
})

test('what the page shows is measured, whatever the model was trained without', () => {
  expect(trainingLike(MANIFEST)).not.toHaveProperty('folds')
})

test("a network of somebody's own is told of, whatever it is called, and not taken for one of the catalog", () => {
  const own = { ...MANIFEST, backbones: [{ ...MANIFEST.backbones[0]!, weightsSha256: 'another' }] }
  expect(networksOf(own)).toEqual({ names: ['mobilenet_v1'], preset: null, known: false })
  expect(trainingLike(own)).toMatchObject({ steps: 70 })
  expect(trainingLike(own)).not.toHaveProperty('backbone')
})

test('a model that tells nothing of its training, or of before there was a choice of heads, gets what is usual', () => {
  expect(trainingLike(undefined)).toEqual({})
  expect(trainingLike({ ...MANIFEST, format: 0 }, 'good')).toEqual({ preset: 'good' })
  const { head: _, ...options } = MANIFEST.options
  const like = trainingLike({ ...MANIFEST, options })
  expect(like).not.toHaveProperty('head')
  expect(like).not.toHaveProperty('layers')
})
