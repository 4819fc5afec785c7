import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import fs from 'fs-extra'
import { beforeAll, describe, expect, test } from 'vitest'
import { examine } from '../../src/jobs/doctor/doctor.ts'
import { evaluateModel } from '../../src/jobs/evaluate/evaluateFolder.ts'
import { explain } from '../../src/jobs/explain/explain.ts'
import { loadModel } from '../../src/jobs/guess/loadModel.ts'
import { next } from '../../src/jobs/next/next.ts'
import { train } from '../../src/jobs/train/train.ts'
import { watch } from '../../src/jobs/watch/watch.ts'
import { ownFolder } from '../../src/studio/server/ownFolder.ts'
import { sharedFolder } from '../helpers/tempFolder.ts'
import { tinyNetwork, tinyPictures } from '../helpers/tinyFolder.ts'

const home = await sharedFolder()
const pictures = join(home, 'pictures')
const canLink = process.platform !== 'win32'
let backbone: string
beforeAll(async () => {
  backbone = await tinyNetwork(home)
  await tinyPictures(pictures)
})

interface Form {
  /** Lays the categories out in a folder. @returns the folder to give */
  readonly lay: (folder: string) => Promise<string>
  readonly followLinks?: boolean
  /** Whether studio, which moves pictures in `data`, opens it. */
  readonly studio?: boolean
  /** Pictures that evaluate measures on; all unless given. */
  readonly measured?: number
}

const copied = (to: string) => async (folder: string) => {
  await fs.copy(pictures, join(folder, to))
  return folder
}
const linked = async (folder: string, to: string) => {
  for (const label of ['green', 'red']) {
    await fs.ensureDir(join(folder, to))
    await symlink(join(pictures, label), join(folder, to, label))
  }
  return folder
}

const FORMS: Readonly<Record<string, Form>> = {
  'a working folder': { lay: copied('data'), studio: true },
  'the data of a working folder': { lay: async folder => join(await copied('data')(folder), 'data'), studio: true },
  'the folder above a working folder': { lay: copied('tf/data'), studio: true },
  'category folders themselves': { lay: copied('') },
  'category folders a folder deeper': { lay: copied('flower_photos') },
  'a working folder whose data has them deeper': { lay: copied('data/flower_photos') },
  'a set that is split': {
    lay: async folder => {
      for (const part of ['train', 'test']) await copied(`data/${part}`)(folder)
      return folder
    },
    studio: true,
    measured: 12,
  },
  ...(canLink && {
    'links to category folders': { lay: folder => linked(folder, 'data'), followLinks: true, studio: true },
    'links to category folders, themselves given': { lay: folder => linked(folder, ''), followLinks: true },
  }),
}

describe.each(Object.entries(FORMS))('%s', (name, { lay, followLinks, studio = false, measured = 12 }) => {
  let given: string
  beforeAll(async () => {
    given = await lay(join(home, name))
  })

  test('is understood by studio, or refused by where its categories are to go', async () => {
    const opened = ownFolder(given)
    if (studio) expect(typeof (await opened)).toBe('string')
    else
      await expect(opened).rejects.toMatchObject({
        code: 'E_NO_DATA',
        hint: expect.stringContaining('Move them into'),
      })
  })

  test('is the same two categories for train, doctor, evaluate, explain, next and guess', async () => {
    const tiny = { backbone, bottleneck: 'features', inputSize: 32, layers: 'last', head: 'softmax' } as const
    const options = { ...tiny, steps: 50, folds: 0, ...(followLinks && { followLinks }) }
    const { manifest } = await train(given, { ...options, report: false })
    expect(manifest.labels).toEqual(['green', 'red'])
    expect((await examine(given, { folds: 0 })).categories).toEqual(manifest.labels)
    const { evaluation, unknown } = await evaluateModel(given, given, { ...(followLinks && { followLinks }) })
    expect([evaluation.pictures, unknown]).toEqual([measured, []])
    const picture = join(pictures, 'red', '1.png')
    expect((await explain(given, picture)).nearest.same.length).toBeGreaterThan(0)
    expect((await next(given, join(pictures, 'red'), { count: 2 })).learnt).toBeGreaterThan(0)
    const model = await loadModel(given)
    expect(model.labels).toEqual(manifest.labels)
    await model.dispose()
  })
})

test.runIf(canLink)('watch follows links when it is told to, and then moves nothing', async () => {
  const [inbox, tfFiles] = [join(home, 'inbox'), join(home, 'a working folder')]
  await fs.ensureDir(inbox)
  await symlink(join(pictures, 'green'), join(inbox, 'folder'))
  await fs.utimes(join(pictures, 'green', '0.png'), 1, 1)
  const named = async (followLinks: boolean) => {
    const options = { once: true, ...(followLinks && { followLinks }) }
    return (await watch(tfFiles, inbox, join(home, `watched ${followLinks}`), options)).named
  }
  expect([await named(false), await named(true)]).toEqual([0, 6])
  expect(await fs.readdir(join(pictures, 'green'))).toHaveLength(6)
  const moving = watch(tfFiles, inbox, join(home, 'moved'), { once: true, followLinks: true, move: true })
  await expect(moving).rejects.toMatchObject({ code: 'E_BAD_VALUE' })
})
