import { createHash } from 'node:crypto'
import { join } from 'node:path'
import fs from 'fs-extra'
import { describe, expect, it } from 'vitest'
import { loadModel, type TrainEvent, train } from '../../../src/index.ts'
import { layoutOf } from '../../../src/model/layout.ts'
import { SAMPLE, sampleFolder } from '../../helpers/pictures.ts'
import { sharedFolder, tempFolder } from '../../helpers/tempFolder.ts'
import { tinyNetwork, tinyOptions } from '../../helpers/tinyFolder.ts'
import { warmSampleFolder } from '../../helpers/warmCache.ts'

const QUICK = { steps: 100, report: false }
const QUICKER = { ...QUICK, folds: 0 }
/** By a network of a few nodes, for what is not about what is learnt. */
const TINY = { ...tinyOptions(await tinyNetwork(await sharedFolder())), report: false, folds: 0 }

describe('train', () => {
  it('learns to tell pictures apart, and the model guesses', async () => {
    const tfFiles = await warmSampleFolder(await tempFolder(), ['fruit', 'vehicle'], 12)
    const events: TrainEvent[] = []
    const { manifest, misclassified, history } = await train(tfFiles, {
      steps: 300,
      report: false,
      onEvent: event => events.push(event),
    })
    expect(manifest.labels).toEqual(['fruit', 'vehicle'])
    expect(manifest.counts).toMatchObject({
      train: 10 + 10,
      validation: 2,
      test: 2,
      skipped: 0,
      categories: { fruit: 12 },
    })
    expect(manifest.metrics.crossValidation?.accuracy).toBeGreaterThan(0.85)
    expect(manifest.metrics.test).toMatchObject({ pictures: 2, right: 2 - misclassified.length })
    expect(history.map(report => report.step)).toEqual([30, 60, 90, 120, 150, 180, 210, 240, 270, 300])
    expect(new Set(events.map(event => event.kind))).toContain('cross-validation')
    expect(await fs.readFile(layoutOf(tfFiles).labels, 'utf8')).toBe('fruit\nvehicle\n')

    const model = await loadModel(tfFiles)
    const { scores } = await model.guess(join(SAMPLE, 'fruit', (await fs.readdir(join(SAMPLE, 'fruit')))[20]!))
    expect(scores[0]!.label).toBe('fruit')
    expect(scores.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(1, 5)
    await model.dispose()
  })

  it('writes the same bytes for the same seed, from a cold and from a warm cache', async () => {
    const tfFiles = await sampleFolder(await tempFolder(), ['bird', 'bug'], 8)
    const { model, bottlenecks } = layoutOf(tfFiles)
    await train(tfFiles, QUICK)
    const first = await contents(model)
    expect((await train(tfFiles, QUICK)).cached).toBe(16)
    expect(await contents(model)).toEqual(first)
    await fs.remove(bottlenecks)
    await fs.remove(model)
    expect((await train(tfFiles, QUICK)).cached).toBe(0)
    expect(await contents(model)).toEqual(first)
    await train(tfFiles, { ...QUICK, seed: 2 })
    expect(await contents(model)).not.toEqual(first)
  })

  it('knows a moved, renamed or touched picture again, and not a replaced one', async () => {
    const tfFiles = await sampleFolder(await tempFolder(), ['bird', 'bug'], 5)
    const { data } = layoutOf(tfFiles)
    await train(tfFiles, TINY)
    const [first, second, third] = await fs.readdir(join(data, 'bird'))
    await fs.move(join(data, 'bird', first!), join(data, 'bird', 'deep', 'renamed.png'))
    await fs.utimes(join(data, 'bird', second!), new Date(), new Date(0))
    await fs.copy(
      join(SAMPLE, 'bird', (await fs.readdir(join(SAMPLE, 'bird'))).sort()[30]!),
      join(data, 'bird', third!),
    )
    expect((await train(tfFiles, TINY)).cached).toBe(9)
    await fs.move(join(data, 'bird'), join(data, 'fowl'))
    expect((await train(tfFiles, TINY)).cached).toBe(10)
  })

  it('splits the same way whatever folders are called', async () => {
    const tfFiles = await sampleFolder(await tempFolder(), ['bird', 'bug'], 8)
    const { data } = layoutOf(tfFiles)
    const before = (await train(tfFiles, { ...TINY, folds: 5 })).manifest.metrics
    await fs.move(join(data, 'bird'), join(data, 'a fowl'))
    await fs.move(join(data, 'bug'), join(data, 'b insect'))
    const after = (await train(tfFiles, { ...TINY, folds: 5 })).manifest.metrics
    expect(after.test).toEqual(before.test)
    expect(after.crossValidation).toEqual(before.crossValidation)
  })

  it('skips and lists what is no picture, and refuses it when told to be strict', async () => {
    const tfFiles = await sampleFolder(await tempFolder(), ['bird', 'bug'], 4)
    const { data } = layoutOf(tfFiles)
    const [whole] = await fs.readdir(join(data, 'bird'))
    const bytes = await fs.readFile(join(data, 'bird', whole!))
    await fs.writeFile(join(data, 'bird', 'half.jpg'), bytes.subarray(0, bytes.length / 2))
    await fs.writeFile(join(data, 'bug', 'text.jpg'), 'no picture')
    await expect(train(tfFiles, { ...TINY, strict: true })).rejects.toMatchObject({ code: 'E_SKIPPED' })
    expect(await fs.pathExists(layoutOf(tfFiles).model)).toBe(false)
    const { manifest } = await train(tfFiles, TINY)
    expect(manifest.skipped).toEqual([
      { relative: 'bird/half.jpg', reason: 'truncated JPEG' },
      { relative: 'bug/text.jpg', reason: 'not a picture (looks like text)' },
    ])
    expect(manifest.counts).toMatchObject({ skipped: 2, categories: { bird: 4, bug: 4 } })
  })

  it('reports the same picture under two labels', async () => {
    const tfFiles = await sampleFolder(await tempFolder(), ['bird', 'bug'], 5)
    const { data } = layoutOf(tfFiles)
    const [picture] = await fs.readdir(join(data, 'bird'))
    await fs.copy(join(data, 'bird', picture!), join(data, 'bug', 'again.jpg'))
    const { conflicts } = await train(tfFiles, TINY)
    expect(conflicts).toEqual([{ labels: ['bird', 'bug'], pictures: [`bird/${picture}`, 'bug/again.jpg'] }])
  })

  it('stops when told to, keeps what was computed and the model that was there', async () => {
    const tfFiles = await sampleFolder(await tempFolder(), ['bird', 'bug'], 20)
    await expect(
      train(tfFiles, {
        ...QUICKER,
        signal: AbortSignal.timeout(1), // before the first picture
      }),
    ).rejects.toThrow(/timeout/)
    const stop = new AbortController()
    const stopped = train(tfFiles, {
      ...QUICKER,
      signal: stop.signal,
      onEvent: event => event.kind === 'bottlenecks' && event.done >= 24 && stop.abort(new Error('enough')),
    })
    await expect(stopped).rejects.toThrow('enough')
    expect(await fs.pathExists(layoutOf(tfFiles).model)).toBe(false)
    const { cached } = await train(tfFiles, QUICKER)
    expect(cached).toBeGreaterThanOrEqual(16)
    expect(cached).toBeLessThan(40)
  })

  it('joins two backbones, and takes a larger input', async () => {
    const tfFiles = await sampleFolder(await tempFolder(), ['fruit', 'vehicle'], 5)
    const { manifest } = await train(tfFiles, {
      ...QUICKER,
      backbone: 'mobilenet_v1+efficientnet_lite0',
      inputSize: 256,
    })
    expect(manifest.backbones.map(({ name, features, recipe }) => [name, features, recipe.size])).toEqual([
      ['mobilenet_v1', 3584, 256],
      ['efficientnet_lite0', 2176, 256],
    ])
    const model = await loadModel(tfFiles)
    expect(
      (
        await model.guess(
          join(layoutOf(tfFiles).data, 'fruit', (await fs.readdir(join(layoutOf(tfFiles).data, 'fruit')))[0]!),
        )
      ).scores[0]!.label,
    ).toBe('fruit')
    await model.dispose()
  })
})

describe('a stored model', () => {
  it('is refused when a file of it was changed', async () => {
    const tfFiles = await sampleFolder(await tempFolder(), ['bird', 'bug'], 4)
    await train(tfFiles, TINY)
    const { model } = layoutOf(tfFiles)
    for (const name of await fs.readdir(model)) {
      if (name === 'manifest.json') continue
      const path = join(model, name)
      const bytes = await fs.readFile(path)
      await fs.writeFile(path, bytes.subarray(0, bytes.length - 4))
      await expect(loadModel(tfFiles)).rejects.toMatchObject({ code: 'E_MODEL_DAMAGED' })
      await fs.writeFile(path, bytes)
    }
    await (await loadModel(tfFiles)).dispose()
  })

  it('goes on elsewhere: the folder may be moved', async () => {
    const root = await tempFolder()
    const tfFiles = await sampleFolder(root, ['bird', 'bug'], 4)
    await train(tfFiles, TINY)
    await fs.move(layoutOf(tfFiles).model, join(root, 'moved', 'model'))
    const model = await loadModel(join(root, 'moved'))
    expect(model.labels).toEqual(['bird', 'bug'])
    await model.dispose()
  })
})

async function contents(folder: string): Promise<Record<string, string>> {
  const names = (await fs.readdir(folder)).sort()
  return Object.fromEntries(
    await Promise.all(names.map(async name => [name, sha256(await fs.readFile(join(folder, name)))])),
  )
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
