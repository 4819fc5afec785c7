import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fs from 'fs-extra'
import { beforeAll, describe, expect, test } from 'vitest'
import { evaluateModel } from '../../../src/jobs/evaluate/evaluateFolder.ts'
import type { TrainEvent } from '../../../src/jobs/train/events.ts'
import type { TrainResult } from '../../../src/jobs/train/result.ts'
import { train } from '../../../src/jobs/train/train.ts'
import { sharedFolder } from '../../helpers/tempFolder.ts'
import { tinyNetwork } from '../../helpers/tinyFolder.ts'

const CASE = fileURLToPath(new URL('../../cases/train-val-test/tf', import.meta.url))

const root = await sharedFolder()
const tfFiles = join(root, 'tf')
const events: TrainEvent[] = []
let result: TrainResult
beforeAll(async () => {
  await fs.copy(CASE, tfFiles)
  result = await train(tfFiles, {
    backbone: await tinyNetwork(root),
    bottleneck: 'features',
    inputSize: 32,
    layers: 'last',
    head: 'softmax',
    steps: 50,
    folds: 2,
    onEvent: event => events.push(event),
  })
})

describe('a set that lies in train/, val/ and test/', () => {
  test('is learnt by its categories, and split as its folders say', () => {
    const { labels, counts } = result.manifest
    expect(labels).toEqual(['disc', 'square'])
    expect(counts).toMatchObject({ train: 28, validation: 20, test: 22 })
    expect(events).toContainEqual(
      expect.objectContaining({ kind: 'scanned', pictures: 70, categories: labels, split: true }),
    )
  })

  test('is cross-validated without its test pictures', () => {
    expect(result.assessment!.evaluation.pictures).toBe(48)
    expect(result.predictions.filter(({ path }) => path.startsWith('test/'))).toEqual([])
    expect(result.predictions).toHaveLength(48)
    expect(result.manifest.metrics.test?.pictures).toBe(22)
  })

  test('is evaluated on its test pictures alone, which are not taken for learnt ones', async () => {
    const { part, evaluation, learnt } = await evaluateModel(tfFiles, join(tfFiles, 'data'))
    expect([part, evaluation.pictures, learnt]).toEqual(['test', 22, 0])
    expect(evaluation.right).toBe(result.test!.right)
  })

  test('is said to flatter where test pictures are among those to train on', async () => {
    const data = join(tfFiles, 'data')
    await fs.copy(join(data, 'train/disc/0.png'), join(data, 'test/disc/copy.png'))
    const { warnings } = await train(tfFiles, {
      backbone: join(root, 'tiny.pb'),
      bottleneck: 'features',
      inputSize: 32,
      layers: 'last',
      head: 'softmax',
      steps: 50,
      folds: 0,
    })
    expect(warnings).toEqual([expect.stringContaining('1 test picture among the training pictures too')])
  })
})
