import { join } from 'node:path'
import fs from 'fs-extra'
import { beforeAll, describe, expect, it } from 'vitest'
import { readHeldOut, withHeldOut } from '../../../src/dataset/heldOut.ts'
import { clusters } from '../../../src/jobs/clusters/clusters.ts'
import { copyChosen } from '../../../src/jobs/next/copyTo.ts'
import { next } from '../../../src/jobs/next/next.ts'
import { pickNext } from '../../../src/jobs/next/pick.ts'
import { writeSheet } from '../../../src/jobs/next/writeSheet.ts'
import { SAMPLE } from '../../helpers/pictures.ts'
import { run } from '../../helpers/runCli.ts'
import { sharedFolder, tempFolder } from '../../helpers/tempFolder.ts'
import { warmSampleFolder } from '../../helpers/warmCache.ts'

const root = await sharedFolder()
const CATEGORIES = ['bird', 'bug', 'fruit']

describe('pictures without a label', () => {
  let tfFiles: string
  const pool = join(root, 'pool')

  beforeAll(async () => {
    tfFiles = await warmSampleFolder(root, CATEGORIES, 4)
    for (const category of CATEGORIES) {
      for (const name of (await fs.readdir(join(SAMPLE, category))).sort().slice(10, 20)) {
        await fs.copy(join(SAMPLE, category, name), join(pool, `${category}-${name}`))
      }
    }
    await fs.copy(join(SAMPLE, 'bird', (await fs.readdir(join(SAMPLE, 'bird'))).sort()[0]!), join(pool, 'known.jpg'))
    await fs.writeFile(join(pool, 'broken.jpg'), 'no picture')
  })

  it('are chosen and ranked, the same at every call, each with a guess and a reason', async () => {
    const result = await next(tfFiles, pool, { count: 10 })
    expect(result).toMatchObject({
      of: 31,
      learnt: 12,
      skipped: [{ reason: expect.stringContaining('not a picture') }],
    })
    expect(result.pictures.map(({ rank }) => rank)).toEqual([...Array(result.pictures.length).keys()].map(at => at + 1))
    expect(new Set(result.pictures.map(({ path }) => path)).size).toBe(result.pictures.length)
    for (const { guess, score, why } of result.pictures) {
      expect(CATEGORIES).toContain(guess)
      expect(score).toBeGreaterThan(1 / 3)
      expect(why).toMatch(/^(between \w+ and \w+|unlike anything learnt|drawn at random, to test by)$/)
    }
    expect((await next(tfFiles, pool, { count: 10 })).pictures).toEqual(result.pictures)
  })

  it('leave out what is labelled already under another name', async () => {
    const { pictures } = await next(tfFiles, pool, { count: 31 })
    expect(pictures.filter(({ held }) => !held).map(({ path }) => path)).not.toContain('known.jpg')
  })

  it('give a tenth to test by, which is remembered', async () => {
    const folder = await tempFolder()
    for (const part of ['data', 'bottlenecks']) await fs.copy(join(tfFiles, part), join(folder, part))
    const { pictures } = await next(folder, pool, { count: 10 })
    expect(pictures.filter(({ held }) => held)).toHaveLength(1)
    expect((await readHeldOut(folder)).size).toBe(1)
  })

  it('are chosen without any label, too', async () => {
    const folder = await tempFolder()
    await fs.copy(join(tfFiles, 'bottlenecks'), join(folder, 'bottlenecks'))
    const { pictures, learnt } = await next(folder, pool, { count: 5 })
    expect([pictures.length, learnt, pictures[0]!.guess]).toEqual([5, 0, null])
  })

  it('go to a folder by rank, and on a page', async () => {
    const result = await next(tfFiles, pool, { count: 12 })
    const to = join(await tempFolder(), 'chosen')
    await copyChosen(result.pictures, pool, to)
    expect((await fs.readdir(to)).sort()[0]).toMatch(/^01-/)
    await expect(copyChosen(result.pictures, pool, to)).rejects.toMatchObject({ code: 'E_EXISTS' })
    const page = join(to, 'next.html')
    await writeSheet(page, result, pool)
    expect((await fs.readFile(page, 'utf8')).match(/<img src="data:image\/jpeg/g)).toHaveLength(result.pictures.length)
  })

  it('fall into groups of one kind, the most typical first', async () => {
    const { groups, rest } = await clusters(tfFiles, pool, { detail: 1 })
    expect(groups.flatMap(({ pictures }) => pictures).length + rest.length).toBe(31)
    const named = groups.map(({ pictures }) => {
      const kinds = pictures.map(path => path.split('-')[0]!)
      return Math.max(...CATEGORIES.map(category => kinds.filter(kind => kind === category).length))
    })
    const grouped = groups.reduce((sum, { pictures }) => sum + pictures.length, 0)
    expect(named.reduce((sum, most) => sum + most, 0) / grouped).toBeGreaterThan(0.6) // by chance two in five
    expect((await clusters(tfFiles, pool, { detail: 1 })).groups).toEqual(groups)
  })

  it('are refused in a sentence where there are none', async () => {
    await expect(next(tfFiles, await tempFolder())).rejects.toMatchObject({ code: 'E_NO_PICTURES' })
    await expect(next(tfFiles, join(root, 'nowhere'))).rejects.toMatchObject({ code: 'E_NO_SOURCE' })
    await expect(next(join(root, 'nowhere'), pool)).rejects.toMatchObject({ code: 'E_NO_FOLDER' })
    await expect(next(tfFiles, pool, { count: 0 })).rejects.toMatchObject({ code: 'E_BAD_VALUE' })
    await expect(clusters(tfFiles, pool, { detail: 4 })).rejects.toMatchObject({ code: 'E_BAD_VALUE' })
  })
})

describe('the choice', () => {
  const unit = (rows: number[][]) => ({
    values: Float32Array.from(rows.flat()),
    rows: rows.length,
    width: rows[0]!.length,
  })
  const spread = unit(Array.from({ length: 40 }, (_, row) => [Math.cos(row / 7), Math.sin(row / 7)]))
  const none = { values: new Float32Array(0), rows: 0, width: 2 }

  it('takes as many of each predicted category, although one is sure of itself', async () => {
    // Of the first category every margin is small, of the second all are large.
    const scores = Float32Array.from({ length: 80 }, (_, at) => {
      const row = at >> 1
      const best = row < 20 ? [0.52, 0.48] : [0.1, 0.9]
      return best[at & 1]!
    })
    const picks = await pickNext({ unit: spread, scores, categories: 2, isStrange: () => false, labelled: none }, 4)
    expect(picks.filter(({ row }) => row >= 20).length).toBeGreaterThanOrEqual(1)
  })

  it('takes at most a quarter of strangers', async () => {
    const scores = new Float32Array(80).fill(0.5)
    const picks = await pickNext({ unit: spread, scores, categories: 2, isStrange: () => true, labelled: none }, 8)
    expect(picks).toHaveLength(2)
  })

  it('never takes two that are all but the same', async () => {
    const copies = unit(Array.from({ length: 30 }, () => [1, 0]))
    const pool = { unit: copies, scores: undefined, categories: 0, isStrange: () => false, labelled: none }
    expect(await pickNext(pool, 5)).toHaveLength(1)
  })
})

describe('pictures set apart', () => {
  const examples = ['a', 'b', 'c', 'd'].map(hash => ({ label: hash < 'c' ? 0 : 1, hash }))

  it('test, whatever the split drew', () => {
    const splits = withHeldOut(['train', 'train', 'test', 'train'], examples, new Set(['b']))
    expect(splits).toEqual(['train', 'test', 'test', 'train'])
  })

  it('stay with the training where nothing else is left to learn from', () => {
    const splits = withHeldOut(['train', 'train', 'train', 'train'], examples, new Set(['a', 'b', 'c']))
    expect(splits).toEqual(['train', 'train', 'test', 'train'])
  })
})

it("a page of somebody else's is no place for a report, which is said before anything is looked at", async () => {
  const folder = await tempFolder()
  const mine = join(folder, 'mine.html')
  await fs.writeFile(mine, '<h1>mine</h1>')
  const { code, err } = await run(['next', folder, folder, '--report', mine])
  expect(code).toBe(1)
  expect(err).toContain('it is not a report')
  expect(await fs.readFile(mine, 'utf8')).toBe('<h1>mine</h1>')
})
