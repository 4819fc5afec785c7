import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import fs from 'fs-extra'
import { beforeAll, describe, expect, test } from 'vitest'
import { examine } from '../../../src/jobs/doctor/doctor.ts'
import { evaluateModel } from '../../../src/jobs/evaluate/evaluateFolder.ts'
import { explain } from '../../../src/jobs/explain/explain.ts'
import { guessDir } from '../../../src/jobs/guess/guessDir.ts'
import { loadModel } from '../../../src/jobs/guess/loadModel.ts'
import type { TrainOptions } from '../../../src/jobs/train/options.ts'
import { train } from '../../../src/jobs/train/train.ts'
import { readModel } from '../../../src/model/load.ts'
import { sharedFolder } from '../../helpers/tempFolder.ts'
import { tinyNetwork, tinyPictures } from '../../helpers/tinyFolder.ts'

const home = await sharedFolder()
const flowers = join(home, 'flowers')
let options: Omit<TrainOptions, 'onEvent' | 'signal' | 'report'>
beforeAll(async () => {
  const backbone = await tinyNetwork(home)
  options = { backbone, bottleneck: 'features', inputSize: 32, layers: 'last', head: 'softmax', steps: 50, folds: 2 }
  await tinyPictures(flowers)
})

describe('category folders given themselves', () => {
  test('get a model among them, which is no category and which every command finds', async () => {
    const { folder, manifest, report } = await train(flowers, options)
    expect([folder, report]).toEqual([join(flowers, 'tf_files'), join(flowers, 'tf_files', 'report.html')])
    expect(manifest.labels).toEqual(['green', 'red'])
    const again = await train(flowers, options)
    expect([again.manifest, again.cached]).toEqual([manifest, 12])
    expect((await readModel(flowers)).manifest.labels).toEqual(manifest.labels)
    const evaluated = await evaluateModel(flowers, flowers)
    expect([evaluated.evaluation.pictures, evaluated.learnt, evaluated.unknown]).toEqual([12, 12, []])
    expect((await examine(flowers, options)).categories).toEqual(['green', 'red'])
    const { nearest } = await explain(flowers, join(flowers, 'red', '0.png'))
    expect([nearest.same, nearest.compared]).toEqual([['red/0.png'], 12])
  })
})

describe('pictures elsewhere', () => {
  test('of several folders are learnt, and found again', async () => {
    const [more, tfFiles] = [join(home, 'more', 'deep'), join(home, 'tf')]
    await fs.copy(join(flowers, 'red'), join(more, 'red'))
    const result = await train(tfFiles, { ...options, data: [flowers, more], folds: 2 })
    expect(result.manifest.counts.categories).toEqual({ green: 6, red: 12 })
    expect(result.manifest.pictures).toEqual({ folders: ['../flowers', '../more/deep'], followLinks: false })
    expect(await fs.readFile(result.report!, 'utf8')).toContain('data:image')
    const { pictures, findings } = await examine(tfFiles, options)
    expect(pictures).toBe(18)
    expect(findings.find(({ kind }) => kind === 'copy')).toMatchObject({
      path: 'flowers/red/0.png',
      others: ['more/deep/red/0.png'],
    })
    const { nearest } = await explain(tfFiles, join(more, 'red', '0.png'))
    expect(new Set(nearest.same)).toEqual(new Set(['flowers/red/0.png', 'more/deep/red/0.png']))
  })
})

describe.skipIf(process.platform === 'win32')('a folder of links, as git-annex and DVC make them', () => {
  test('is named when they are followed, and what they lead to stays there', async () => {
    const links = join(home, 'annex')
    await fs.ensureDir(links)
    await symlink(join(flowers, 'red', '1.png'), join(links, 'a.png'))
    await symlink(join(flowers, 'green'), join(links, 'folder'))
    const model = await loadModel(flowers)
    try {
      await expect(guessDir(model, links, join(home, 'none'))).rejects.toMatchObject({
        message: expect.stringMatching(/2 files left out, the first: a.png: .*--follow-links/),
      })
      const { named, skipped } = await guessDir(model, links, join(home, 'named'), { followLinks: true })
      expect([named, skipped]).toEqual([7, []])
      await expect(guessDir(model, links, join(home, 'x'), { followLinks: true, move: true })).rejects.toMatchObject({
        code: 'E_BAD_VALUE',
      })
      expect(await fs.readdir(join(flowers, 'green'))).toHaveLength(6)
    } finally {
      await model.dispose()
    }
  })
})
