import { describe, expect, it } from 'vitest'
import { allCandidates, STAGES } from '../../../src/jobs/choose/candidates.ts'
import { train } from '../../../src/jobs/train/train.ts'
import { tempFolder } from '../../helpers/tempFolder.ts'
import { warmSampleFolder } from '../../helpers/warmCache.ts'

describe('train with backbone auto', () => {
  it('takes no options that belong to one network', async () => {
    const tfFiles = await warmSampleFolder(await tempFolder(), ['bird', 'vehicle'], 3)
    await expect(train(tfFiles, { backbone: 'auto', mean: 1 })).rejects.toThrow(
      /--mean can't be used with --backbone auto/,
    )
  })
})

describe('the candidates', () => {
  it('are as many as are announced, unless something is settled', () => {
    for (const settled of [{}, { resize: 'pad' }, { inputSize: 160 }, { inputSize: 160, resize: 'crop' }] as const) {
      const found = new Set<string>()
      for (const stage of STAGES) {
        for (const candidate of stage(settled)) {
          if ('inputSize' in settled) expect(candidate.inputSize).toBe(settled.inputSize)
          if ('resize' in settled) expect(candidate.resize).toBe(settled.resize)
          found.add(JSON.stringify(candidate))
        }
      }
      expect(found.size).toBe(allCandidates(settled).length)
    }
  })
})
