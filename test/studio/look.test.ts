import { join } from 'node:path'
import fs from 'fs-extra'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { loadModel } from '../../src/jobs/guess/loadModel.ts'
import { train } from '../../src/jobs/train/train.ts'
import { Look } from '../../src/studio/engine/look.ts'
import type { EnginePicture, Opinions } from '../../src/studio/engine/messages.ts'
import { Networks } from '../../src/studio/engine/networks.ts'
import { SAMPLE } from '../helpers/pictures.ts'
import { sharedFolder } from '../helpers/tempFolder.ts'
import { tinyNetwork } from '../helpers/tinyFolder.ts'
import { warmSampleFolder } from '../helpers/warmCache.ts'

const root = await sharedFolder()

/** What the studio tells its engine of a folder's files. */
async function told(folder: string, relative: string, label: string | null, firstId: number): Promise<EnginePicture[]> {
  const names = (await fs.readdir(folder)).sort()
  return Promise.all(
    names.map(async (name, at) => {
      const { size, mtimeMs } = await fs.stat(join(folder, name))
      return {
        id: firstId + at,
        path: join(folder, name),
        relative: `${relative}/${name}`,
        label,
        size,
        mtimeMs,
        sha256: null,
      }
    }),
  )
}

describe('what looks at the pictures', () => {
  let tfFiles: string
  let look: Look
  let opinions: Opinions
  let heard: (opinions: Opinions) => void = () => undefined
  const round = () => new Promise<Opinions>(resolve => (heard = resolve))

  beforeAll(async () => {
    tfFiles = await warmSampleFolder(root, ['bird', 'bug'], 6)
    const unlabeled = join(tfFiles, 'unlabeled')
    for (const category of ['bird', 'bug']) {
      for (const name of (await fs.readdir(join(SAMPLE, category))).sort().slice(10, 16)) {
        await fs.copy(join(SAMPLE, category, name), join(unlabeled, `${category}-${name}`))
      }
    }
    await fs.writeFile(join(unlabeled, 'z.jpg'), 'no picture')
    look = new Look(tfFiles, { onOpinions: given => heard(given), onWorking: () => undefined })
    const set = [
      ...(await told(join(tfFiles, 'data/bird'), 'bird', 'bird', 1)),
      ...(await told(join(tfFiles, 'data/bug'), 'bug', 'bug', 11)),
      ...(await told(unlabeled, '../unlabeled', null, 101)),
    ]
    const first = round()
    await look.calls.sync({ set, gone: [] })
    opinions = await first
  })
  afterAll(() => look.close())

  it('has an opinion of each, a hash, and a reason for what it can not read', () => {
    expect(opinions.labels).toEqual(['bird', 'bug'])
    expect(opinions.ids).toHaveLength(24)
    expect(opinions.hashes).toHaveLength(24)
    expect(opinions.unreadable).toEqual([[113, expect.stringContaining('not a picture')]])
    // Unlabelled: birds first, then bugs, by their names.
    const right = [...opinions.ids].filter((id, at) => id > 100 && opinions.best[at] === (id < 107 ? 0 : 1))
    expect(right.length).toBeGreaterThan(8)
    expect([...opinions.own].filter(score => score > 0.5).length).toBeGreaterThan(10)
  })

  it('follows the labels, and names by them', async () => {
    const { path } = { path: join(tfFiles, 'data/bird', (await fs.readdir(join(tfFiles, 'data/bird'))).sort()[0]!) }
    const guess = await look.calls.guess(new Uint8Array(await sharp(path).jpeg().toBuffer()))
    expect(guess.scores[0]!.label).toBe('bird')
    expect(guess.nearest[0]!.id).toBe(1)
    await expect(look.calls.guess(new TextEncoder().encode('hello'))).rejects.toMatchObject({ code: 'E_PICTURE' })
  })

  it('tells the nearest of each category, an order by likeness, groups and what is next', async () => {
    const near = await look.calls.nearest({ id: 101, labels: ['bird', 'bug'], count: 2 })
    expect(near.map(({ id }) => id < 10)).toEqual([true, true, false, false])
    expect((await look.calls.like(1))[0]).toBe(1)
    const { groups, rest } = await look.calls.groups(1)
    expect([...groups.flatMap(({ ids }) => ids), ...rest].sort()).toEqual([...Array(13).keys()].map(at => 101 + at))
    for (const { why } of await look.calls.next(3)) expect(why).toMatch(/^between (bird and bug|bug and bird)$/)
  })

  it('lays a map over a picture', async () => {
    const picture = join(tfFiles, 'data/bird', (await fs.readdir(join(tfFiles, 'data/bird'))).sort()[0]!)
    const png = await look.calls.explain({ picture, label: 'bird' })
    expect(await sharp(png).metadata()).toMatchObject({ format: 'png' })
    await expect(look.calls.explain({ picture, label: 'cat' })).rejects.toMatchObject({ code: 'E_NO_CATEGORY' })
  })

  it('says of a picture what the command line says, once there is a model', async () => {
    await train(tfFiles, { steps: 50, folds: 2, report: false })
    const again = round()
    await look.calls.reload(undefined)
    await again
    const model = await loadModel(tfFiles)
    const bytes = new Uint8Array(
      await fs.readFile(join(tfFiles, 'unlabeled', (await fs.readdir(join(tfFiles, 'unlabeled'))).sort()[0]!)),
    )
    const { scores, unfamiliar } = await model.guess(bytes)
    await model.dispose()
    expect(await look.calls.guess(bytes)).toMatchObject({ scores, unfamiliar })
  })

  it('learns from a label given, 0.8 s after', async () => {
    const next = round()
    const [moved] = await told(join(tfFiles, 'unlabeled'), 'bird', 'bird', 101)
    await look.calls.sync({ set: [moved!], gone: [] })
    expect((await next).learnt).toBe(13)
  })
})

it('what the old networks see of pictures while a model of others is read is not taken for theirs', async () => {
  const folder = await sharedFolder()
  const tfFiles = await warmSampleFolder(folder, ['bird', 'bug'], 4)
  const set = [
    ...(await told(join(tfFiles, 'data/bird'), 'bird', 'bird', 1)),
    ...(await told(join(tfFiles, 'data/bug'), 'bug', 'bug', 11)),
  ]
  let heard: (opinions: Opinions) => void = () => undefined
  const opinions = new Promise<Opinions>(resolve => (heard = resolve))
  const look = new Look(tfFiles, { onOpinions: given => heard(given), onWorking: () => undefined })
  const extract = Networks.prototype.extract
  const lookers = new Set<Networks>()
  const spy = vi.spyOn(Networks.prototype, 'extract').mockImplementation(async function (this: Networks, pictures) {
    const seen = await extract.call(this, pictures)
    lookers.add(this)
    if (lookers.size > 1) return seen
    const backbone = await tinyNetwork(folder, 32)
    await train(tfFiles, { backbone, steps: 20, folds: 0, engine: 'onnx', report: false })
    await look.calls.reload(undefined)
    return seen
  })
  try {
    await look.calls.sync({ set, gone: [] })
    expect((await opinions).ids).toHaveLength(8)
    expect(lookers.size).toBe(2)
    expect((await look.calls.scores(1))?.scores).toHaveLength(2)
  } finally {
    spy.mockRestore()
    await look.close()
  }
})
