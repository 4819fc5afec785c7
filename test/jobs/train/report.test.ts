import { join } from 'node:path'
import fs from 'fs-extra'
import { describe, expect, it } from 'vitest'
import { type TrainOptions, train } from '../../../src/index.ts'
import { layoutOf } from '../../../src/model/layout.ts'
import { SAMPLE, sampleFolder } from '../../helpers/pictures.ts'
import { run } from '../../helpers/runCli.ts'
import { sharedFolder, tempFolder } from '../../helpers/tempFolder.ts'
import { tinyNetwork, tinyOptions } from '../../helpers/tinyFolder.ts'
import { warm, warmSampleFolder } from '../../helpers/warmCache.ts'

/** On drawings by a network of a few nodes: what a report says is none of these tests' matter. */
const network = await tinyNetwork(await sharedFolder())
const QUICK = tinyOptions(network) satisfies TrainOptions
const FLAGS = ['--backbone', network, '--bottleneck', 'features', '--input-size', '32', '--steps', '50']

describe('the report of a training', () => {
  it('shows the figures of --json, and is one small page', async () => {
    const tfFiles = await warmSampleFolder(await tempFolder(), ['bird', 'bug', 'fruit'], 12)
    await fs.writeFile(join(layoutOf(tfFiles).data, 'bird', 'no picture.jpg'), 'text')
    const { code, out } = await run([
      'train',
      tfFiles,
      '--steps',
      '300',
      '--seed',
      '7',
      '--engine',
      'onnx',
      '--allow-truncated',
      '--json',
    ])
    expect(code).toBe(0)
    const { crossValidated, metrics, counts, doubtful, report, temperature } = JSON.parse(out)
    expect(report).toBe(layoutOf(tfFiles).report)
    const page = await fs.readFile(report, 'utf8')
    expect(page.length).toBeLessThan(500_000)
    expect(page).toContain('data:image/jpeg;base64,')

    const text = page.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')
    const percent = (share: number) => `${Math.round(share * 1000) / 10} %`
    expect(crossValidated).toMatchObject(
      metrics.crossValidation && { pictures: 36, right: metrics.crossValidation.right },
    )
    expect(text).toContain(`${percent(crossValidated.accuracy)} of pictures are named right`)
    expect(text).toContain(`Log loss ${crossValidated.logLoss.toFixed(3)}`)
    expect(text).toContain(`Calibration error ${percent(crossValidated.calibrationError)}`)
    expect(text).toContain(`${metrics.test.right} of ${counts.test} right`)
    expect(text).toContain(`temperature of ${temperature.toFixed(2)}`)
    for (const { relative } of doubtful) expect(page).toContain(relative)
    expect(text).toContain('no picture.jpg not a picture')
    expect(text).toContain(`itc train ${tfFiles} --steps 300 --seed 7 --engine onnx --allow-truncated `)
  })

  it('is the same page for the same training', async () => {
    const tfFiles = await sampleFolder(await tempFolder(), ['bird', 'bug'], 8)
    const pages = []
    for (let time = 0; time < 2; time++) {
      const { report } = await train(tfFiles, QUICK)
      pages.push(await fs.readFile(report!, 'utf8'))
    }
    expect(pages[1]).toBe(pages[0])
  })

  it('stays away when not wanted, and then no other model’s is left', async () => {
    const tfFiles = await sampleFolder(await tempFolder(), ['bird', 'bug'], 6)
    const { report } = layoutOf(tfFiles)
    await train(tfFiles, QUICK)
    expect(await fs.pathExists(report)).toBe(true)
    const { code, all } = await run(['train', tfFiles, ...FLAGS, '--no-report'])
    expect([code, await fs.pathExists(report)]).toEqual([0, false])
    expect(all).not.toContain('report')
    expect(await train(tfFiles, { ...QUICK, folds: 0 })).toMatchObject({
      report: undefined,
      warnings: [],
      predictions: [],
    })
  })

  it('leaves alone what somebody else put in its place, and what can’t be written is a warning: the model is there', async () => {
    const tfFiles = await sampleFolder(await tempFolder(), ['bird', 'bug'], 6)
    const { report, labels, manifest } = layoutOf(tfFiles)
    await fs.outputFile(join(report, 'in the way'), 'mine')
    const { code, err } = await run(['train', tfFiles, ...FLAGS, '--summaries-dir', labels])
    expect(code).toBe(0)
    expect(err).toMatch(/warning: report\.html was not written by itc and is kept as report\.html\.bak\./)
    expect(err).toMatch(/warning: The summaries for TensorBoard can't be written/)
    expect(await fs.readFile(join(`${report}.bak`, 'in the way'), 'utf8')).toBe('mine')
    expect((await fs.stat(report)).isFile()).toBe(true)
    expect(await fs.pathExists(manifest)).toBe(true)
  })

  it('goes with curves for TensorBoard', async () => {
    const folder = await tempFolder()
    const tfFiles = await sampleFolder(folder, ['bird', 'bug'], 6)
    await train(tfFiles, { ...QUICK, summariesDir: join(folder, 'summaries') })
    expect((await fs.readdir(join(folder, 'summaries'))).sort()).toEqual(['train', 'validation'])
  })

  it('puts no curves among the pictures', async () => {
    const tfFiles = await sampleFolder(await tempFolder(), ['bird', 'bug'], 6)
    const { data } = layoutOf(tfFiles)
    for (const summariesDir of [data, join(data, 'summaries')])
      await expect(train(tfFiles, { ...QUICK, summariesDir })).rejects.toMatchObject({ code: 'E_INSIDE_DATA' })
    expect((await fs.readdir(data)).sort()).toEqual(['bird', 'bug'])
  })
})

describe('a minimum of accuracy', () => {
  it('keeps the previous model, and nothing is written', async () => {
    const tfFiles = await sampleFolder(await tempFolder(), ['bird', 'bug'], 8)
    const layout = layoutOf(tfFiles)
    const gated = (share: string, ...flags: string[]) =>
      run(['train', tfFiles, ...FLAGS, '--min-accuracy', share, ...flags])
    // Half of each category goes over to the other: nothing can be learnt.
    for (const [at, [from, to]] of [
      ['bird', 'bug'],
      ['bug', 'bird'],
    ].entries()) {
      const names = (await fs.readdir(join(SAMPLE, from!))).sort().slice(0, 8)
      for (const name of names.slice(0, 4)) {
        await fs.move(join(layout.data, from!, name), join(layout.data, to!, `${at}${name}`))
      }
    }
    const failed = await gated('0.95')
    expect(failed.code).toBe(2)
    expect(failed.err).toMatch(/The cross-validated accuracy [\d.]+ % is below the 95 % asked for/)
    expect((await fs.readdir(tfFiles)).sort()).toEqual(['bottlenecks', 'data'])

    const { code, out, err } = await gated('0.95', '--json')
    expect([code, err.split('\n')[0]]).toEqual([2, failed.err.split('\n').find(line => line.startsWith('error'))])
    expect(JSON.parse(out)).toMatchObject({ labels: ['bird', 'bug'], crossValidated: { pictures: 16 } })

    expect((await gated('0')).code).toBe(0)
    const before = await fs.readFile(layout.manifest)
    const page = await fs.readFile(layout.report)
    expect((await gated('1')).code).toBe(2)
    expect((await fs.readFile(layout.manifest)).equals(before)).toBe(true)
    expect((await fs.readFile(layout.report)).equals(page)).toBe(true)
  })

  it('is a share, and needs the cross-validation', async () => {
    const tfFiles = await sampleFolder(await tempFolder(), ['bird', 'bug'], 4)
    expect((await run(['train', tfFiles, '--min-accuracy', '95'])).err).toMatch(/min-accuracy but received 95/)
    expect((await run(['train', tfFiles, '--min-accuracy', '0.9', '--folds', '0'])).err).toMatch(/needs the cross-val/)
  })
})

describe('figures stay honest', () => {
  it.each<[what: string, sizes: Record<string, readonly [category: string, count: number]>]>([
    ['three pictures a category', { bird: ['bird', 3], bug: ['bug', 3] }],
    [
      'one huge category and tiny ones',
      {
        huge: ['vehicle', 40],
        ...Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`tiny ${at}`, ['bird', 3]])),
      },
    ],
    ['two categories of the same things', { one: ['bug', 9], other: ['bug', 9] }],
  ])('%s', async (_what, sizes) => {
    const folder = await tempFolder()
    let skip = 0
    for (const [label, [category, count]] of Object.entries(sizes)) {
      const names = (await fs.readdir(join(SAMPLE, category))).sort()
      for (let at = 0; at < count; at++) {
        const name = names[(category === 'bug' ? 2 * at + skip : at + skip) % names.length]!
        await fs.copy(join(SAMPLE, category, name), join(folder, 'data', label, name))
      }
      skip += category === 'bug' ? 1 : count // every second bug, or the next birds
    }
    await warm(folder)
    const { code, out, err } = await run(['train', folder, '--steps', '200', '--json'])
    expect([code, err]).toEqual([0, ''])
    const result = JSON.parse(out) // JSON writes NaN as null
    expect(nulls(result).filter(path => !/f1|precision|meanScore|accuracy$|energyAuroc/.test(path))).toEqual([])
    expect(result.crossValidated.interval.high - result.crossValidated.interval.low).toBeGreaterThan(0.05)
    if ('other' in sizes) expect(result.crossValidated.accuracy).toBeLessThan(0.8)
    const whole = await fs.readFile(result.report, 'utf8')
    const page = whole.replace(/<script>[\s\S]*?<\/script>/, '').replace(/data:image\/[^"]+/g, '') // no words in these
    if ('huge' in sizes) expect(page).toMatch(/When every category counts the same, only <strong>[\d.]+/)
    if ('other' in sizes) expect(page).toMatch(/may be no better than guessing|is no better than guessing/)
    expect(page.match(/.{0,60}(?:NaN|undefined|Infinity).{0,60}/g) ?? []).toEqual([])
  })
})

it('two categories of the same files are an error in words', async () => {
  const tfFiles = await warmSampleFolder(await tempFolder(), ['bug'], 5)
  await fs.copy(join(layoutOf(tfFiles).data, 'bug'), join(layoutOf(tfFiles).data, 'copies'))
  const { code, err } = await run(['train', tfFiles])
  expect([code, err]).toEqual([1, expect.stringContaining('5 also found under another label')])
})

/** Paths of what is null, however deep. */
function nulls(value: unknown, path = ''): string[] {
  if (value === null) return [path]
  if (typeof value !== 'object') return []
  return Object.entries(value as object).flatMap(([key, inner]) => nulls(inner, `${path}.${key}`))
}
