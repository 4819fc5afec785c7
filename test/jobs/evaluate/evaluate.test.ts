import { join } from 'node:path'
import fs from 'fs-extra'
import { beforeAll, describe, expect, it } from 'vitest'
import { evaluateModel } from '../../../src/jobs/evaluate/evaluateFolder.ts'
import type { EvaluateEvent } from '../../../src/jobs/evaluate/options.ts'
import { train } from '../../../src/jobs/train/train.ts'
import { renameLabel } from '../../../src/model/rename.ts'
import { SAMPLE } from '../../helpers/pictures.ts'
import { sharedFolder, tempFolder } from '../../helpers/tempFolder.ts'
import { warmSampleFolder } from '../../helpers/warmCache.ts'

const LABELS = ['bird', 'bug', 'fruit']
const root = await sharedFolder()
let tfFiles: string
beforeAll(async () => {
  tfFiles = await warmSampleFolder(root, LABELS, 12)
  await train(tfFiles, { steps: 500, report: false })
})

/** A folder with sample pictures from the 20th on, which the model has not seen. */
async function holdout(folders: Readonly<Record<string, string>>, count = 8): Promise<string> {
  const root = join(await tempFolder(), 'holdout')
  for (const [folder, category] of Object.entries(folders)) {
    const names = (await fs.readdir(join(SAMPLE, category))).sort().slice(20, 20 + count)
    for (const name of names) await fs.copy(join(SAMPLE, category, name), join(root, folder, 'inside', name))
  }
  return root
}

describe('evaluateModel', () => {
  it('measures pictures of all categories', async () => {
    const folder = await holdout({ bird: 'bird', bug: 'bug', fruit: 'fruit' })
    await fs.writeFile(join(folder, 'bird', 'broken.jpg'), 'no picture')
    const events: EvaluateEvent[] = []
    const result = await evaluateModel(tfFiles, folder, { onEvent: event => events.push(event) })
    const { evaluation, mistakes } = result
    expect(result).toMatchObject({ labels: LABELS, unknown: [], absent: [], learnt: 0, report: undefined })
    expect(evaluation).toMatchObject({ pictures: 24, right: 24 - mistakes.length })
    expect(evaluation.accuracy).toBeGreaterThan(0.7)
    expect(evaluation.interval.low).toBeLessThan(evaluation.accuracy!)
    expect(evaluation.logLoss).toBeGreaterThan(0)
    expect(evaluation.confusion.flat().reduce((sum, count) => sum + count, 0)).toBe(24)
    expect(result.skipped).toEqual([{ relative: 'bird/broken.jpg', reason: 'not a picture (looks like text)' }])
    expect(events[0]).toEqual({ kind: 'scanned', pictures: 25, categories: LABELS })
    expect(events.at(-1)).toEqual({ kind: 'named', done: 25, total: 25 })
  })

  it('takes fewer categories, and reports unknown folders', async () => {
    const folder = await holdout({ fruit: 'fruit', car: 'vehicle' })
    await fs.writeFile(join(folder, 'car', 'broken.jpg'), '')
    const result = await evaluateModel(tfFiles, folder)
    expect(result).toMatchObject({ unknown: [{ folder: 'car', pictures: 8 }], absent: ['bird', 'bug'], skipped: [] })
    expect(result.evaluation.pictures).toBe(8)
    expect(result.evaluation.perCategory[0]).toMatchObject({ pictures: 0, recall: null })
  })

  it('knows a category whose folder stores its accents otherwise, as macOS and its archives do', async () => {
    const copy = join(await tempFolder(), 'tf_files')
    await fs.copy(tfFiles, copy)
    await renameLabel(copy, 'bird', 'Vögel'.normalize('NFC'))
    const folder = await holdout({ ['Vögel'.normalize('NFD')]: 'bird' }, 2)
    expect(await evaluateModel(copy, folder)).toMatchObject({ unknown: [], evaluation: { pictures: 2 } })
  })

  it('lists the surest mistakes first', async () => {
    const { mistakes, unfamiliar } = await evaluateModel(tfFiles, await holdout({ bird: 'vehicle', bug: 'fruit' }))
    expect(mistakes.length).toBeGreaterThan(8)
    const scores = mistakes.map(({ score }) => score)
    expect(scores).toEqual([...scores].sort((a, b) => b - a))
    for (const { score, labelScore } of mistakes) expect(score).toBeGreaterThanOrEqual(labelScore)
    expect(unfamiliar!.share).toBeCloseTo(unfamiliar!.pictures / 16)
  })

  it('says how many pictures were learnt from, whatever their names', async () => {
    const folder = await holdout({ bird: 'bird' }, 4)
    const [name] = (await fs.readdir(join(SAMPLE, 'bird'))).sort()
    await fs.copy(join(SAMPLE, 'bird', name!), join(folder, 'bird', 'renamed.jpg'))
    expect(await evaluateModel(tfFiles, folder)).toMatchObject({ learnt: 1, evaluation: { pictures: 5 } })
  })

  it('takes a working folder for its pictures', async () => {
    const { learnt, evaluation } = await evaluateModel(tfFiles, tfFiles)
    expect(learnt).toBe(evaluation.pictures)
  })

  it('goes on when no picture can be used', async () => {
    const folder = await tempFolder()
    await fs.outputFile(join(folder, 'bird', 'a.jpg'), 'text')
    const { evaluation, unfamiliar } = await evaluateModel(tfFiles, folder)
    expect(evaluation).toMatchObject({ pictures: 0, accuracy: null, interval: { low: 0, high: 1 } })
    expect(unfamiliar).toBeUndefined()
  })

  it.each<[what: string, folder: () => Promise<string>, code: string, hint: RegExp]>([
    ['no such folder', async () => join(await tempFolder(), 'nowhere'), 'E_NO_DATA', /./],
    ['a folder of other categories', () => holdout({ car: 'vehicle' }), 'E_NO_CATEGORIES', /named exactly/],
    ['an empty folder', () => tempFolder(), 'E_NO_CATEGORIES', /named exactly/],
  ])('refuses %s', async (_what, folder, code, hint) => {
    await expect(evaluateModel(tfFiles, await folder())).rejects.toMatchObject({
      code,
      hint: expect.stringMatching(hint),
    })
  })

  it('stops at a signal', async () => {
    const folder = await holdout({ bird: 'bird' })
    await expect(evaluateModel(tfFiles, folder, { signal: AbortSignal.abort('enough') })).rejects.toBe('enough')
  })
})
