import fs from 'fs-extra'
import { describe, expect, it } from 'vitest'
import type { TrainEvent } from '../../../src/jobs/train/events.ts'
import { train } from '../../../src/jobs/train/train.ts'
import { layoutOf } from '../../../src/model/layout.ts'
import { run } from '../../helpers/runCli.ts'
import { sharedFolder, tempFolder } from '../../helpers/tempFolder.ts'
import { tinyNetwork, tinyPictures } from '../../helpers/tinyFolder.ts'

const root = await sharedFolder()
const backbone = await tinyNetwork(root)
const QUICK = { backbone, bottleneck: 'features', inputSize: 32, steps: 100, report: false }

/** Six pictures of each of two categories. */
async function tinyTfFiles(): Promise<string> {
  const tfFiles = await tempFolder()
  await tinyPictures(layoutOf(tfFiles).data)
  return tfFiles
}

async function trained(tfFiles: string, augment: number) {
  let variants: Extract<TrainEvent, { kind: 'variants' }> | undefined
  const onEvent = (event: TrainEvent) => {
    if (event.kind === 'variants') variants = event
  }
  const result = await train(tfFiles, { ...QUICK, augment, onEvent })
  return { ...result, variants }
}

describe('train with augment', () => {
  it('measures on the pictures alone, caches each variant, and gives the same model again', async () => {
    const tfFiles = await tinyTfFiles()
    const plain = await trained(tfFiles, 0)
    const first = await trained(tfFiles, 2)
    expect(first.variants).toMatchObject({ done: 24, total: 24, cached: 0 })
    expect(first.manifest.counts).toEqual(plain.manifest.counts)
    expect(first.manifest.metrics.crossValidation!.pictures).toBe(12)
    expect(first.manifest.options).toMatchObject({ augment: 2 })
    expect(plain.manifest.options).not.toHaveProperty('augment')
    expect(first.predictions).toHaveLength(12)
    expect(first.manifest.head.sha256).not.toBe(plain.manifest.head.sha256)

    const again = await trained(tfFiles, 2)
    expect(again.variants).toMatchObject({ done: 24, total: 24, cached: 24 })
    expect(again.manifest).toEqual(first.manifest)
    // The ones there are serve a larger number too.
    expect((await trained(tfFiles, 3)).variants).toMatchObject({ total: 36, cached: 24 })
    // They are keyed by the picture's bytes, not by its name.
    const { data } = layoutOf(tfFiles)
    const [name] = await fs.readdir(`${data}/red`)
    await fs.move(`${data}/red/${name}`, `${data}/red/0-another-name.png`)
    expect((await trained(tfFiles, 3)).variants).toMatchObject({ total: 36, cached: 36 })
    // And the model without them is what it was.
    expect((await trained(tfFiles, 0)).manifest.head.sha256).toBe(plain.manifest.head.sha256)
  })

  it('refuses a number that is none', async () => {
    const tfFiles = await tinyTfFiles()
    const { err, code } = await run(['train', tfFiles, '--augment', '1.5'])
    expect(err).toMatch(/Expected a whole number from 0 to 50 for augment but received 1\.5\./)
    expect(code).toBe(1)
  })
})
