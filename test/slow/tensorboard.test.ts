import { join } from 'node:path'
import { expect, it } from 'vitest'
import { train } from '../../src/index.ts'
import { sampleFolder } from '../helpers/pictures.ts'
import { describePython } from '../helpers/python.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

describePython('what --summaries-dir writes, in TensorBoard', run => {
  it('is the training history, under the names that retrain.py gave', async () => {
    const folder = await tempFolder()
    const tfFiles = await sampleFolder(folder, ['bird', 'bug'], 12)
    const summariesDir = join(folder, 'summaries')
    const { history } = await train(tfFiles, { steps: 500, folds: 0, summariesDir })
    const read = run('summaries.py', summariesDir) as { run: string; tag: string; steps: [number, number][] }[]
    const curves = {
      'train accuracy_1': 'trainAccuracy',
      'train cross_entropy_1': 'crossEntropy',
      'validation accuracy_1': 'validationAccuracy',
      'validation cross_entropy_1': 'validationCrossEntropy',
    } as const
    expect(read.map(({ run, tag }) => `${run} ${tag}`)).toEqual(Object.keys(curves))
    for (const [at, name] of Object.values(curves).entries()) {
      expect(read[at]!.steps.map(([step]) => step)).toEqual(history.map(({ step }) => step))
      for (const [report, [, value]] of read[at]!.steps.entries()) expect(value).toBeCloseTo(history[report]![name]!, 6)
    }
  })
})
