import { join } from 'node:path'
import fs from 'fs-extra'
import { beforeAll, describe, expect, it } from 'vitest'
import { evaluate } from '../../src/assess/metrics.ts'
import { evaluationJson } from '../../src/cli/evaluateJson.ts'
import { categoryTable, confusionTable } from '../../src/cli/evaluateTable.ts'
import { run } from '../helpers/runCli.ts'
import { sharedFolder } from '../helpers/tempFolder.ts'
import { tinyNetwork, tinyPictures, tinyTraining } from '../helpers/tinyFolder.ts'

const root = await sharedFolder()
let tfFiles: string
let folder: string
beforeAll(async () => {
  tfFiles = join(root, 'tf_files')
  await tinyPictures(join(tfFiles, 'data'), 10)
  await tinyPictures(join(root, 'all'), 16)
  folder = join(root, 'new')
  for (const [label, colour] of [
    ['green', 'green'],
    ['red', 'green'],
    ['blue', 'red'],
  ] as const) {
    for (let at = 10; at < 16; at++)
      await fs.copy(join(root, 'all', colour, `${at}.png`), join(folder, label, `${at}.png`))
  }
  expect((await run(['train', tfFiles, ...tinyTraining(await tinyNetwork(root))])).code).toBe(0)
})

describe('itc evaluate', () => {
  it('prints accuracy, tables, mistakes and what took no part', async () => {
    const { code, out } = await run(['evaluate', tfFiles, folder])
    expect(code).toBe(0)
    expect(out).toMatch(
      /^accuracy [\d.]+ % \(\d+ of 12; 95 % interval [\d.]+ % to [\d.]+ %\)\nthat (is|may be) no better than guessing: .*\nlog loss/,
    )
    expect(out).toMatch(/category +pictures +precision +recall +F1\ngreen +6 /)
    expect(out).toMatch(/folder \\ named +green +red\n/)
    expect(out).toMatch(/misclassified: \d+\n {2}red\/\S+ → green \([\d.]+ against [\d.]+\)/)
    expect(out).toContain('folders that are no category of the model: 1\n  blue: 6 pictures')
  })

  it('writes the same figures as JSON and as a page', async () => {
    const report = join(folder, '..', 'page.html')
    const { code, out, err } = await run(['evaluate', tfFiles, folder, '--json', '--report', report])
    expect([code, err]).toEqual([0, ''])
    const figures = JSON.parse(out)
    expect(figures).toMatchObject({ pictures: 12, labels: ['green', 'red'], report, learnt: 0 })
    expect(figures.misclassified).toHaveLength(12 - figures.right)
    const text = (await fs.readFile(report, 'utf8')).replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')
    expect(text).toContain(`${Math.round(figures.accuracy * 1000) / 10} % of pictures are named right`)
    expect(text).toContain('Measured on the 12 pictures of the folder')
    expect(text).toContain(`itc evaluate ${tfFiles} ${folder}`)
    expect(text).not.toContain('the figures flatter')
  })

  it('says on the page, too, that pictures learnt flatter the figures', async () => {
    const report = join(folder, '..', 'learnt.html')
    const { out } = await run(['evaluate', tfFiles, join(tfFiles, 'data'), '--report', report])
    expect(out).toContain('20 pictures of 20 also in the data it was trained on: the figures flatter')
    expect(await fs.readFile(report, 'utf8')).toContain('All of these pictures are also in the data it was trained on')
  })

  it('replaces a page that it wrote, and nothing else', async () => {
    const picture = join(folder, '..', 'mine.jpg')
    const page = join(folder, '..', 'mine.html')
    for (const path of [picture, page]) {
      await fs.writeFile(path, 'mine')
      const { code, err } = await run(['evaluate', tfFiles, folder, '--report', path])
      expect([code, await fs.readFile(path, 'utf8')]).toEqual([1, 'mine'])
      expect(err).toMatch(path === picture ? /the name of an \.html file/ : /it is not a report/)
    }
    await fs.remove(page)
    for (const _ of [1, 2]) expect((await run(['evaluate', tfFiles, folder, '--report', page])).code).toBe(0)
  })

  it('is a gate', async () => {
    const low = await run(['evaluate', tfFiles, folder, '--min-accuracy', '0.95'])
    expect(low.code).toBe(2)
    expect(low.err).toMatch(/The accuracy [\d.]+ % is below the 95 % asked for/)
    expect((await run(['evaluate', tfFiles, folder, '--min-accuracy', '0.1'])).code).toBe(0)
    expect(await run(['evaluate', tfFiles, folder, '--min-accuracy', '2'])).toMatchObject({ code: 1, out: '' })
  })

  it('says in a sentence what is wrong', async () => {
    const nowhere = join(folder, 'nowhere')
    expect((await run(['evaluate', nowhere, folder])).err).toMatch(/There is no folder/)
    expect((await run(['evaluate', tfFiles, nowhere])).err).toMatch(/There is no folder/)
    expect((await run(['evaluate', tfFiles, folder, '--report', join(nowhere, 'a.html')])).err).toMatch(
      /for the report/,
    )
    const photo = join(folder, 'photo.jpg') // a page must not take its place
    expect((await run(['evaluate', tfFiles, folder, '--report', photo])).err).toMatch(/the name of an \.html file/)
  })
})

describe('the tables', () => {
  /** One picture a category, each taken for the next. */
  const around = (categories: number) =>
    evaluate({
      logits: Float32Array.from({ length: categories ** 2 }, (_, at) =>
        at % categories === (Math.floor(at / categories) + 1) % categories ? 1 : 0,
      ),
      labels: Int32Array.from({ length: categories }, (_, at) => at),
      categories,
    })
  const labels = (categories: number) => Array.from({ length: categories }, (_, at) => `a_rather_long_name_${at}`)

  it('number the columns where names would be too wide', () => {
    const lines = confusionTable(around(12), labels(12))
    expect(lines[0]).toMatch(/^folder \\ named +1 +2 +3/)
    expect(lines[1]).toMatch(/^1 a rather long name 0 +· +1 +·/)
    expect(Math.max(...lines.map(line => line.length))).toBeLessThan(110)
  })

  it('list mistakes where there are too many categories', () => {
    const lines = confusionTable(around(41), labels(41))
    expect(lines[1]).toBe('  1 of a rather long name 0 named a rather long name 1')
    expect(lines.at(-1)).toBe('  … and 21 kinds more (--json)')
  })

  it('have no figure where there is nothing to divide by', () => {
    const two = evaluate({ logits: Float32Array.of(1, 0), labels: Int32Array.of(0), categories: 2 })
    expect(categoryTable(two, ['a', 'b'])).toEqual([
      'category  pictures  precision   recall       F1',
      'a                1    100.0 %  100.0 %  100.0 %',
    ])
    expect(JSON.stringify(evaluationJson(two, ['a', 'b']))).not.toContain('NaN')
  })
})
