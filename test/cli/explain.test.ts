import { join } from 'node:path'
import fs from 'fs-extra'
import { beforeAll, describe, expect, it } from 'vitest'
import { train } from '../../src/jobs/train/train.ts'
import { SAMPLE_TEST } from '../helpers/pictures.ts'
import { run } from '../helpers/runCli.ts'
import { sharedFolder, tempFolder } from '../helpers/tempFolder.ts'
import { warmSampleFolder } from '../helpers/warmCache.ts'

const PICTURE = join(SAMPLE_TEST, 'ladybird.jpg')

const root = await sharedFolder()

describe('itc explain', () => {
  let tfFiles: string

  beforeAll(async () => {
    tfFiles = await warmSampleFolder(root, ['bird', 'bug'], 4)
    await train(tfFiles, { steps: 200, folds: 0 })
  })

  it('prints where and which pictures, and writes the sheet', async () => {
    const out = join(await tempFolder(), 'why.png')
    const ran = await run(['explain', tfFiles, PICTURE, '--out', out, '--top', '1', '--neighbours', '2'])
    expect(ran.out).toMatch(/^bug \(score = [\d.]+\), most for it (at the|in the)/)
    expect(ran.out.match(/^ {2}0\.\d{4} {2}(bird|bug)\//gm)).toHaveLength(2)
    expect(ran.err).toContain(`written to ${out}`)
    expect(ran.code).toBe(0)
    expect((await fs.readFile(out)).subarray(1, 4).toString()).toBe('PNG')
  })

  it('prints one JSON document', async () => {
    const { out } = await run(['explain', tfFiles, PICTURE, '--json'])
    const { categories, nearest } = JSON.parse(out)
    expect(categories.map((category: { label: string }) => category.label).sort()).toEqual(['bird', 'bug'])
    const [{ map, bias, logit }] = categories
    expect(map.values).toHaveLength(196)
    const sum = map.values.reduce((total: number, value: number) => total + value, 0)
    expect(sum / 196 + bias).toBeCloseTo(logit, 4)
    expect(nearest).toMatchObject({ compared: 8, same: [], missing: null })
  })

  it('names the picture that it can not use', async () => {
    const missing = join(await tempFolder(), 'nothere.jpg')
    const ran = await run(['explain', tfFiles, missing, '--json'])
    expect(ran.code).toBe(1)
    expect(ran.err.trim()).toBe(`error: ${missing}: no such file`)
    expect(JSON.parse(ran.out)).toMatchObject({ error: `${missing}: no such file`, code: 'E_PICTURE' })
  })

  it('leaves the training pictures out when none are asked for', async () => {
    const ran = await run(['explain', tfFiles, PICTURE, '--neighbours', '0'])
    expect([ran.code, ran.err]).toEqual([0, ''])
    expect(ran.out).not.toContain('nearest training pictures')
  })

  it('overwrites a file only when told to, and never the picture', async () => {
    const folder = await tempFolder()
    const out = join(folder, 'why.png')
    await fs.writeFile(out, 'mine')
    const refused = await run(['explain', tfFiles, PICTURE, '--out', out])
    expect(refused).toMatchObject({ code: 1, out: '' })
    expect(refused.err).toMatch(/There is a file ".*why\.png" already\.\nGive --force/)
    expect(await fs.readFile(out, 'utf8')).toBe('mine')
    expect((await run(['explain', tfFiles, PICTURE, '--out', out, '--force'])).code).toBe(0)
    expect((await fs.readFile(out)).length).toBeGreaterThan(10_000)

    const own = join(folder, 'picture.png')
    await fs.copy(PICTURE, own)
    const before = await fs.readFile(own)
    const ran = await run(['explain', tfFiles, own, '--out', own, '--force'])
    expect(ran.err).toMatch(/is the picture to explain/)
    expect((await fs.readFile(own)).equals(before)).toBe(true)
  })

  it.each([
    [['--out', 'why.jpg'], /Expected the name of a \.png file for --out/],
    [['--out', join('no', 'such', 'folder', 'why.png')], /There is no folder ".*folder"/],
    [['--top', '0'], /Expected a whole number from 1 for top/],
  ])('explains what is wrong with %s', async (options, sentence) => {
    const ran = await run(['explain', tfFiles, PICTURE, ...options])
    expect(ran.code).toBe(1)
    expect(ran.err).toMatch(sentence)
  })
})
