import { join } from 'node:path'
import fs from 'fs-extra'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import type { LabelDoubt } from '../../../src/assess/doubtful.ts'
import { CheckedLabels } from '../../../src/dataset/checked.ts'
import { hashBytes } from '../../../src/disk/identity.ts'
import { examine } from '../../../src/jobs/doctor/doctor.ts'
import type { Finding, FindingKind } from '../../../src/jobs/doctor/findings.ts'
import { diagnoseInstallation, diagnoseNode } from '../../../src/jobs/doctor/installation.ts'
import type { Examination, ExamineEvent } from '../../../src/jobs/doctor/options.ts'
import { train } from '../../../src/jobs/train/train.ts'
import { layoutOf } from '../../../src/model/layout.ts'
import { VERSION } from '../../../src/version.ts'
import { SAMPLE } from '../../helpers/pictures.ts'
import { retrained } from '../../helpers/retrained.ts'
import { sharedFolder, tempFolder } from '../../helpers/tempFolder.ts'
import { tinyPictures } from '../../helpers/tinyFolder.ts'
import { warmSampleFolder } from '../../helpers/warmCache.ts'

const QUICK = { steps: 400 }

function of({ findings }: Examination, kind: FindingKind): Finding[] {
  return findings.filter(finding => finding.kind === kind)
}

async function sampleNames(category: string): Promise<string[]> {
  return (await fs.readdir(join(SAMPLE, category))).sort()
}

const root = await sharedFolder()

describe('a folder with something of everything', () => {
  let found: Examination
  let tfFiles: string
  const events: ExamineEvent[] = []
  const swapped = ['bug/swapped bird.jpg', 'vehicle/swapped fruit.jpg', 'bird/swapped vehicle.jpg']

  beforeAll(async () => {
    tfFiles = await warmSampleFolder(root, ['bird', 'bug', 'fruit', 'vehicle'], 20)
    const { data } = layoutOf(tfFiles)
    const source = async (category: string, at: number) => join(SAMPLE, category, (await sampleNames(category))[at]!)
    for (const path of swapped) {
      const [, category] = /swapped (\w+)/.exec(path)!
      await fs.copy(await source(category!, 26), join(data, path))
    }
    const bird = await source('bird', 0)
    await fs.copy(bird, join(data, 'bird', 'zz copy.jpg'))
    await fs.copy(bird, join(data, 'fruit', 'zz copy.jpg'))
    await fs.copy(await source('bug', 0), join(data, 'bug', 'zz copy.jpg'))
    const look = sharp(await source('vehicle', 1))
    await look
      .clone()
      .jpeg({ quality: 70 })
      .toFile(join(data, 'bug', 'look-alike.jpg'))
    await look
      .clone()
      .linear(0.15, 0)
      .jpeg()
      .toFile(join(data, 'vehicle', 'dark.jpg'))
    await sharp(await source('vehicle', 2))
      .resize(256, 256, { fit: 'inside' })
      .blur(5)
      .toFile(join(data, 'vehicle', 'blurred.jpg'))
    await sharp(await source('fruit', 2))
      .resize(20, 20)
      .png()
      .toFile(join(data, 'fruit', 'tiny.png'))
    await sharp(await source('vehicle', 3))
      .resize(900, 150, { fit: 'fill' })
      .toFile(join(data, 'vehicle', 'wide.jpg'))
    await fs.writeFile(join(data, 'fruit', 'broken.jpg'), 'text')
    await fs.writeFile(join(data, 'fruit', 'notes.txt'), 'text')
    found = await examine(tfFiles, { ...QUICK, onEvent: event => events.push(event) })
  })

  it('was neither trained nor changed', async () => {
    expect((await fs.readdir(tfFiles)).sort()).toEqual(['bottlenecks', 'data'])
    expect(found).toMatchObject({ categories: ['bird', 'bug', 'fruit', 'vehicle'], pictures: 91, compared: 91 })
    expect(new Set(events.map(({ kind }) => kind))).toEqual(new Set(['bottlenecks', 'quality', 'cross-validation']))
  })

  it('has its swapped pictures first among the doubtful labels', () => {
    const labels = of(found, 'label')
    expect(labels.slice(0, 5).map(({ path }) => path)).toEqual(expect.arrayContaining(swapped))
    expect(labels.find(({ path }) => path === swapped[0])).toMatchObject({
      looksLike: 'bird',
      what: expect.stringMatching(/^looks like bird \([\d.]+ %\), not like bug \([\d.]+ %\)$/),
      remedy: 'If so, move it to the folder bird.',
    })
  })

  it('has copies within and across categories', async () => {
    const [bird] = await sampleNames('bird')
    const [bug] = await sampleNames('bug')
    expect(of(found, 'conflict')).toMatchObject([
      { path: `bird/${bird}`, others: ['bird/zz copy.jpg', 'fruit/zz copy.jpg'] },
    ])
    expect(of(found, 'copy')).toMatchObject([{ path: `bug/${bug}`, others: ['bug/zz copy.jpg'] }])
  })

  it('has look-alikes across categories, and files are not look-alikes of their copies', async () => {
    const near = of(found, 'near-conflict')
    expect(near).toMatchObject([
      { path: 'bug/look-alike.jpg', others: [`vehicle/${(await sampleNames('vehicle'))[1]}`] },
    ])
  })

  it('has dark, blurred, tiny and oddly shaped pictures', () => {
    expect(of(found, 'dark').map(({ path }) => path)).toEqual(['vehicle/dark.jpg'])
    expect(of(found, 'blurred').map(({ path }) => path)).toEqual(['vehicle/blurred.jpg'])
    expect(of(found, 'tiny')).toMatchObject([{ path: 'fruit/tiny.png', what: 'has only 20 x 20 pixels' }])
    expect(of(found, 'odd-shaped').map(({ path }) => path)).toEqual(['vehicle/wide.jpg'])
  })

  it('has skipped files with reasons', () => {
    expect(of(found, 'skipped').map(({ path, what }) => [path, what])).toEqual([
      ['fruit/notes.txt', 'is skipped: not a picture by its ending'],
      ['fruit/broken.jpg', 'is skipped: not a picture (looks like text)'],
    ])
  })

  it('says nothing against a label that a person said is right, unless asked for all', async () => {
    const [path] = swapped
    const sha256 = hashBytes(await fs.readFile(join(layoutOf(tfFiles).data, path!)))
    const folder = await tempFolder()
    for (const part of ['data', 'bottlenecks'])
      await fs.copy(join(tfFiles, part), join(folder, part), { preserveTimestamps: true })
    await (await CheckedLabels.read(folder)).write([{ sha256, label: 'bug' }])
    const doubtful = async (all: boolean) =>
      (await examine(folder, { ...QUICK, all })).findings.filter(
        ({ kind, path: own }) => kind === 'label' && own === path,
      )
    expect(await doubtful(false)).toEqual([])
    expect(await doubtful(true)).toHaveLength(1)
  })

  it('is looked at once: the second time nothing is decoded', async () => {
    const again: ExamineEvent[] = []
    const second = await examine(tfFiles, { ...QUICK, onEvent: event => again.push(event) })
    expect(second).toEqual(found)
    expect(again.filter(({ kind }) => kind === 'quality')).toEqual([])
  })

  it('has the doubtful labels that training counts', async () => {
    const { assessment, predictions } = await train(tfFiles, { steps: 300, seed: 5, report: false })
    const paths = (wanted: (doubt: LabelDoubt) => boolean) =>
      assessment!.doubts.filter(wanted).map(({ row }) => predictions[row]!.path)
    const again = await examine(tfFiles)
    expect(of(again, 'label').map(({ path }) => path)).toEqual(paths(doubt => doubt.contradicted))
    expect(of(again, 'unclear').map(({ path }) => path)).toEqual(paths(doubt => !doubt.contradicted && doubt.doubt > 0))
  })

  it('stops at a signal', async () => {
    await expect(examine(tfFiles, { signal: AbortSignal.abort('enough') })).rejects.toBe('enough')
  })
})

it('lists nine in ten of the labels that were swapped, within a tenth of the pictures', async () => {
  const categories = ['bird', 'bug', 'fruit', 'vehicle']
  const tfFiles = await warmSampleFolder(await tempFolder(), categories, 40)
  const { data } = layoutOf(tfFiles)
  for (const [at, category] of categories.entries()) {
    const names = await sampleNames(category)
    for (const name of [names[5 + at]!, names[25 + at]!]) {
      await fs.move(join(data, category, name), join(data, categories[(at + 1) % 4]!, `swapped ${name}`))
    }
  }
  const listed = (await examine(tfFiles)).findings.filter(({ kind }) => kind === 'label' || kind === 'unclear')
  const found = listed.slice(0, 16).filter(({ path }) => path.includes('swapped'))
  expect(found.length).toBeGreaterThanOrEqual(7) // of 8
})

it('says which look-alikes the model there was tested on: none, where it was trained on all pictures', async () => {
  const tfFiles = await warmSampleFolder(await tempFolder(), ['bug', 'bird'], 8)
  const bird = join(layoutOf(tfFiles).data, 'bird')
  for (const name of await fs.readdir(bird)) {
    await sharp(join(bird, name))
      .jpeg({ quality: 90 })
      .toFile(join(bird, `again ${name.replace(/\.\w+$/, '.jpg')}`))
  }
  expect(of(await examine(tfFiles, QUICK), 'near-copy').length).toBeGreaterThan(0)
  await train(tfFiles, { ...QUICK, folds: 0, validation: 0, test: 0, report: false })
  expect(of(await examine(tfFiles), 'near-copy')).toEqual([])
})

it('takes a model that retrain.py left for its network only: it tells nothing of its training', async () => {
  const tfFiles = await warmSampleFolder(await tempFolder(), ['bug', 'bird'], 5)
  await retrained(tfFiles, 'hub', ['bird', 'bug'])
  const found = await examine(tfFiles, QUICK)
  expect(found).toMatchObject({ pictures: 10, backbones: ['retrained_graph'] })
})

it("looks with the model's network where another input size is asked for", async () => {
  const tfFiles = join(await tempFolder(), 'tf_files')
  await tinyPictures(layoutOf(tfFiles).data, 4)
  const backbone = 'efficientnet_lite0'
  await train(tfFiles, { ...QUICK, backbone, inputSize: 32, folds: 0, report: false })
  expect(await examine(tfFiles, { ...QUICK, inputSize: 48 })).toMatchObject({ pictures: 8, backbones: [backbone] })
})

describe('folders that can hardly be trained on', () => {
  it('too few pictures, and a category without any', async () => {
    const tfFiles = await warmSampleFolder(await tempFolder(), ['bird'], 3)
    await warmSampleFolder(join(tfFiles, '..'), ['bug'], 1)
    await fs.ensureDir(join(layoutOf(tfFiles).data, 'cat'))
    const found = await examine(tfFiles, QUICK)
    expect(of(found, 'category')).toMatchObject([
      { path: 'bird/', what: 'has only 3 pictures' },
      { path: 'bug/', what: 'has only 1 picture' },
      { path: 'cat/', what: 'has no picture that can be used' },
    ])
    expect(JSON.stringify(found)).not.toMatch(/NaN|null/)
  })

  it('copies of one picture, which count once', async () => {
    const tfFiles = await warmSampleFolder(await tempFolder(), ['bird'], 3)
    const { data } = layoutOf(tfFiles)
    const [name] = await fs.readdir(join(data, 'bird'))
    for (const copy of ['1.jpg', '2.jpg', '3.jpg']) await fs.copy(join(data, 'bird', name!), join(data, 'bug', copy))
    await fs.remove(join(data, 'bird', name!))
    expect(of(await examine(tfFiles, QUICK), 'category')).toMatchObject([
      { path: 'bird/', what: 'has only 2 pictures' },
      { path: 'bug/', what: 'has only 1 different picture' },
    ])
  })

  it('one category, none, and one of files that are no pictures', async () => {
    const tfFiles = await warmSampleFolder(await tempFolder(), ['bird'], 12)
    expect(await examine(tfFiles, QUICK)).toMatchObject({
      pictures: 12,
      findings: [{ kind: 'category', path: 'bird/', what: 'is the only category' }],
    })
    const empty = await tempFolder()
    await fs.ensureDir(layoutOf(empty).data)
    expect(await examine(empty)).toMatchObject({
      categories: [],
      pictures: 0,
      findings: [{ kind: 'category', path: './', what: 'has no folders of pictures' }],
    })
    await fs.outputFile(join(layoutOf(empty).data, 'cat', 'a.jpg'), 'text')
    expect((await examine(empty)).findings.map(({ kind }) => kind)).toEqual([
      'spoilt',
      'category',
      'category',
      'skipped',
    ])
  })

  it('two categories of the same files', async () => {
    const tfFiles = await warmSampleFolder(await tempFolder(), ['bug'], 5)
    await fs.copy(join(layoutOf(tfFiles).data, 'bug'), join(layoutOf(tfFiles).data, 'copies'))
    const found = await examine(tfFiles, QUICK)
    expect(of(found, 'conflict')).toHaveLength(5)
    for (const { what, remedy } of of(found, 'label')) {
      expect([what, remedy]).toEqual([
        expect.stringMatching(/looks like/),
        expect.stringMatching(/too: keep it in one/),
      ])
    }
    expect(of(found, 'label').length).toBeGreaterThan(0)
    expect(JSON.stringify(found)).not.toMatch(/NaN|null/)
  })

  it('two categories of the same things are asked about', async () => {
    const tfFiles = await tempFolder()
    for (const [at, name] of (await sampleNames('bird')).slice(0, 24).entries()) {
      await fs.copy(join(SAMPLE, 'bird', name), join(layoutOf(tfFiles).data, at % 2 ? 'one' : 'other', name))
    }
    const asked = of(await examine(tfFiles, QUICK), 'category')
    expect(asked.length).toBeGreaterThan(0)
    for (const { what, remedy } of asked) {
      expect(what).toMatch(/is hardly told from (one|other): of 12 pictures \d+ look like that/)
      expect(remedy).toMatch(/Are the two one category/)
    }
  })

  it('no folder at all is an error', async () => {
    await expect(examine(join(await tempFolder(), 'nowhere'))).rejects.toMatchObject({ code: 'E_NO_DATA' })
  })
})

describe('the installation', () => {
  it('has versions, engines, disks', async () => {
    const folder = await tempFolder()
    const installation = await diagnoseInstallation(folder)
    expect(installation).toMatchObject({
      itc: VERSION,
      node: { version: process.versions.node },
      decoder: { sharp: expect.stringMatching(/^\d/), libvips: expect.stringMatching(/^\d/) },
      disks: [{ folder, free: expect.any(Number) }, { free: expect.any(Number) }],
    })
    expect(installation.engines.find(({ name }) => name === 'onnx')).toMatchObject({ loads: true })
  })

  it('tells a Node.js that is too old', () => {
    for (const version of ['20.19.0', '20.20.1', '22.1.0']) expect(diagnoseNode(version)).toEqual({ version })
    for (const version of ['18.20.4', '20.18.9']) {
      expect(diagnoseNode(version)).toMatchObject({ remedy: 'Install Node.js 20.19 or newer.' })
    }
  })
})
