import { describe, expect, it } from 'vitest'
import { allCandidates, STAGES } from '../../../src/jobs/choose/candidates.ts'
import type { TrainEvent } from '../../../src/jobs/train/events.ts'
import { train } from '../../../src/jobs/train/train.ts'
import { run } from '../../helpers/runCli.ts'
import { tempFolder } from '../../helpers/tempFolder.ts'
import { warmSampleFolder } from '../../helpers/warmCache.ts'

const QUICK = { steps: 60, folds: 2, validation: 0, test: 0, report: false }

describe('train with backbone auto', () => {
  it('keeps what it has when it is stopped; ends early where nothing is to be gained, and says so', async () => {
    const tfFiles = await warmSampleFolder(await tempFolder(), ['bird', 'vehicle'], 3)
    const stop = new AbortController()
    const reason = new Error('stopped')
    const onEvent = (event: TrainEvent) => event.kind === 'choosing' && event.done > 4 && stop.abort(reason)
    await expect(train(tfFiles, { ...QUICK, backbone: 'auto', signal: stop.signal, onEvent })).rejects.toBe(reason)

    const { out, err, code } = await run(['train', tfFiles, '--backbone', 'auto', '--steps', '100', '--folds', '2'])
    expect(err).toMatch(/comparing up to 6 ways to see, by cross-validation on 6 pictures/)
    expect(out).toMatch(/^> +mobilenet_v1 +224 +stretch +\d+\.\d %/m)
    expect(out).toMatch(/kept: --backbone mobilenet_v1 --resize stretch: it makes so few mistakes/)
    expect(code).toBe(0)
  })

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
