import { join } from 'node:path'
import { it } from 'vitest'
import { train } from '../../src/jobs/train/train.ts'
import { expectExactMaps } from '../helpers/exactMaps.ts'
import { SAMPLE_TEST } from '../helpers/pictures.ts'
import { tempFolder } from '../helpers/tempFolder.ts'
import { warmSampleFolder } from '../helpers/warmCache.ts'

it.each([
  ['one at a size of which its pooling was not made', { backbone: 'mobilenet_v1', inputSize: 288, resize: 'crop' }],
  ['two whose maps differ in size', { backbone: 'mobilenet_v1+efficientnet_lite2', resize: 'pad' }],
] as const)('explain gives maps whose mean and bias are the logit exactly: %s', async (_, options) => {
  const tfFiles = await warmSampleFolder(await tempFolder(), ['bird', 'bug', 'fruit'], 4)
  await train(tfFiles, { steps: 200, folds: 0, ...options })
  await expectExactMaps(tfFiles, join(SAMPLE_TEST, 'ladybird.jpg'))
})
