import { join } from 'node:path'
import fs from 'fs-extra'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { explain } from '../../../src/jobs/explain/explain.ts'
import { resample } from '../../../src/jobs/explain/map.ts'
import { drawExplanation } from '../../../src/jobs/explain/sheet.ts'
import { loadModel } from '../../../src/jobs/guess/loadModel.ts'
import { train } from '../../../src/jobs/train/train.ts'
import { layoutOf } from '../../../src/model/layout.ts'
import { expectExactMaps, meanOf } from '../../helpers/exactMaps.ts'
import { SAMPLE_TEST } from '../../helpers/pictures.ts'
import { sharedFolder, tempFolder } from '../../helpers/tempFolder.ts'
import { warmSampleFolder } from '../../helpers/warmCache.ts'

const PICTURE = join(SAMPLE_TEST, 'ladybird.jpg')
const root = await sharedFolder()

describe('explain', () => {
  let trained: string
  beforeAll(async () => {
    trained = await warmSampleFolder(root, ['bird', 'bug', 'fruit'], 4)
    await train(trained, { steps: 200, folds: 0 })
  })

  it('gives maps whose mean and bias are the logit exactly', async () => {
    await expectExactMaps(trained, PICTURE)
  })

  it('tells a picture unlike anything learnt as guessing does', async () => {
    const tfFiles = await warmSampleFolder(await tempFolder(), ['bird', 'bug'], 8)
    await train(tfFiles, { steps: 200, report: false })
    const noise = Buffer.from(Uint8Array.from({ length: 300 * 300 * 3 }, (_, at) => (at * 7919) % 251))
    const strange = join(tfFiles, 'strange.png')
    await sharp(noise, { raw: { width: 300, height: 300, channels: 3 } }).toFile(strange)
    const model = await loadModel(tfFiles, { engine: 'onnx' })
    for (const [path, isStrange] of [
      [PICTURE, false],
      [strange, true],
    ] as const) {
      const { familiarity, unfamiliar } = await explain(tfFiles, path)
      const guess = await model.guess(path)
      expect([unfamiliar, guess.unfamiliar]).toEqual([isStrange, isStrange])
      expect(familiarity).toBeCloseTo(guess.familiarity!, 3)
    }
    await model.dispose()
  })

  it('finds the nearest training pictures, nearest first, and tells a training picture from itself', async () => {
    const { data } = layoutOf(trained)
    const name = (await fs.readdir(join(data, 'bug'))).sort()[0]!
    const { nearest } = await explain(trained, join(data, 'bug', name), { neighbours: 4 })
    expect(nearest).toMatchObject({ compared: 12, same: [`bug/${name}`], missing: undefined })
    const distances = nearest.pictures.map(({ distance }) => distance)
    expect(distances).toHaveLength(4)
    expect(distances).toEqual([...distances].sort((a, b) => a - b))
    expect(distances[0]).toBeGreaterThan(0.01)
  })

  it('draws a sheet that is a PNG', async () => {
    const { png } = await drawExplanation(await explain(trained, PICTURE), 'a <b> & "c" 漢.jpg')
    const { format, width, height } = await sharp(Buffer.from(png)).metadata()
    expect(format).toBe('png')
    expect(width).toBeGreaterThan(800)
    expect(height).toBeGreaterThan(400)
  })

  // The last: it takes away what the others look at.
  it('says so when the training pictures or their bottlenecks are gone', async () => {
    const { data, bottlenecks } = layoutOf(trained)
    const changed = join(data, 'bug', (await fs.readdir(join(data, 'bug')))[0]!)
    await fs.copy(PICTURE, changed, { overwrite: true })
    const partly = await explain(trained, PICTURE)
    expect(partly.nearest.missing).toMatch(/^1 of 12 training pictures are not in the cache/)
    expect(partly.nearest.pictures).toHaveLength(5)

    await fs.remove(bottlenecks)
    expect((await explain(trained, PICTURE)).nearest).toMatchObject({
      pictures: [],
      missing: expect.stringMatching(/cache of bottlenecks is gone/),
    })
    expect(await fs.pathExists(bottlenecks)).toBe(false)

    await fs.remove(data)
    expect((await explain(trained, PICTURE)).nearest.missing).toMatch(
      /training pictures can't be compared with: There is no/,
    )
  })
})

describe('resample', () => {
  it('keeps the mean at every size', () => {
    const map = { values: Float32Array.from({ length: 49 }, (_, at) => Math.sin(at * 3) * 5), width: 7, height: 7 }
    for (const size of [3, 9, 10, 31]) {
      expect(meanOf(resample(map, size, size).values)).toBeCloseTo(meanOf(map.values), 5)
    }
  })
})
