import { join } from 'node:path'
import fs from 'fs-extra'
import { beforeAll, describe, expect, test } from 'vitest'
import { examine } from '../../../src/jobs/doctor/doctor.ts'
import { train } from '../../../src/jobs/train/train.ts'
import { run } from '../../helpers/runCli.ts'
import { noise, paint } from '../../helpers/samples.ts'
import { sharedFolder } from '../../helpers/tempFolder.ts'
import { tinyNetwork, tinyPictures, tinyTraining } from '../../helpers/tinyFolder.ts'

const home = await sharedFolder()
let backbone: string
beforeAll(async () => {
  backbone = await tinyNetwork(home)
})
const HOW = { bottleneck: 'features', inputSize: 32, layers: 'last', head: 'softmax', steps: 50, folds: 2 } as const

/** What JPEG XL begins with: a picture that can't be read, and that converting helps. */
const JPEG_XL = Buffer.from('\xff\x0a rest', 'latin1')

describe('a set most of which is of one colour', () => {
  test('is said to be so first, and nothing is said of its labels', async () => {
    const tfFiles = join(home, 'blank')
    for (const label of ['cat', 'dog']) {
      for (let at = 0; at < 6; at++) {
        const picture = at < 5 ? paint(40, 40, [10 * at, 80, label === 'cat' ? 10 : 200]) : noise(40, 40)
        await fs.outputFile(join(tfFiles, 'data', label, `${at}.png`), await picture.png().toBuffer())
      }
    }
    const { spoilt, report } = await train(tfFiles, { backbone, ...HOW })
    expect(spoilt).toEqual([{ kind: 'blank', pictures: 10, of: 12 }])
    const page = await fs.readFile(report!, 'utf8')
    expect(page).toContain('First of all: of 12 pictures 10 are of one colour')
    expect(page).not.toContain('data-show="doubt"')
    const { findings } = await examine(tfFiles)
    expect(findings[0]).toMatchObject({ kind: 'spoilt', what: expect.stringContaining('10 are of one colour') })
    expect(findings.filter(({ kind }) => kind === 'label' || kind === 'unclear')).toEqual([])
  })
})

describe('a set with many pictures that can not be read', () => {
  const tfFiles = join(home, 'unread')
  beforeAll(async () => {
    await tinyPictures(join(tfFiles, 'data'))
    for (let at = 0; at < 20; at++) await fs.outputFile(join(tfFiles, 'data/red', `${at}.jxl`), JPEG_XL)
  })

  test('has a line for them, the command that converts them, and the category that is left short', async () => {
    const { out } = await run(['train', tfFiles, ...tinyTraining(backbone)])
    expect(out).toMatch(/^first of all: of 32 pictures 20 are not readable/m)
    expect(out).toContain(
      'skipped: 20\n  20 files, such as red/0.jxl: JPEG XL is not supported: convert it to JPEG or PNG',
    )
    expect(out).toContain(`*.jxl`)
    expect(out).toContain('that leaves short of pictures: red (6 of 26 left)')
    expect(out).not.toContain('doubtful label')
    const json = JSON.parse((await run(['train', tfFiles, ...tinyTraining(backbone), '--json'])).out)
    expect(json.refusals).toEqual([expect.objectContaining({ files: 20, command: expect.stringContaining('*.jxl') })])
    expect(json.short).toEqual([{ label: 'red', usable: 6, refused: 20 }])
    expect(json.spoilt).toEqual([{ kind: 'unreadable', pictures: 20, of: 32 }])
  })

  test('is told in what to do next, and by the doctor in one line', async () => {
    const { report } = await train(tfFiles, { backbone, ...HOW })
    const page = await fs.readFile(report!, 'utf8')
    expect(page).toContain('<code>')
    expect(page).toContain('*.jxl')
    expect(page).toContain('That leaves categories short of pictures: red (6 of 26 left).')
    const skipped = (await examine(tfFiles)).findings.filter(({ kind }) => kind === 'skipped')
    expect(skipped).toHaveLength(1)
    expect(skipped[0]!.others).toHaveLength(19)
  })

  test('of which none is left in a category is refused, with the command', async () => {
    await fs.copy(join(tfFiles, 'data/green'), join(home, 'none/data/green'))
    for (let at = 0; at < 3; at++) await fs.outputFile(join(home, 'none/data/blue', `${at}.jxl`), JPEG_XL)
    await expect(train(join(home, 'none'), { backbone, ...HOW })).rejects.toMatchObject({
      code: 'E_EMPTY_CATEGORY',
      message: expect.stringContaining('(3 files, such as blue/0.jxl: JPEG XL is not supported'),
      hint: expect.stringContaining('*.jxl'),
    })
  })
})
