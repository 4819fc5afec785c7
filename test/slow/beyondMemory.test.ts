import { readdir } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { findNear } from '../../src/assess/assess.ts'
import { scanDataset } from '../../src/dataset/scan.ts'
import { splitExamples } from '../../src/dataset/split.ts'
import { lastFeatures } from '../../src/features/lastFeatures.ts'
import { isStore } from '../../src/head/labelled.ts'
import { foldedRows } from '../../src/jobs/train/alreadySplit.ts'
import { bottlenecksOf } from '../../src/jobs/train/bottlenecks.ts'
import { groupedExamples } from '../../src/jobs/train/groups.ts'
import { trainHeads } from '../../src/jobs/train/heads.ts'
import { resolveTrainOptions, type TrainOptions } from '../../src/jobs/train/options.ts'
import { rowsForHead } from '../../src/jobs/train/rowsForHead.ts'
import { loadingEngine, type TrainingRun, withRun } from '../../src/jobs/train/run.ts'
import { layoutOf } from '../../src/model/layout.ts'
import { findPictures } from '../../src/model/pictures.ts'
import { sampleFolder } from '../helpers/pictures.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

/** All that a training does up to the model, where so many numbers fit into memory; the first row is set apart for testing. */
async function learnt(run: TrainingRun, most: number) {
  const { folders } = run.place
  const bottlenecks = await bottlenecksOf(await scanDataset(folders, run.place), run, most)
  const { data, extraction, backbones } = bottlenecks
  const last = lastFeatures(extraction.matrix, backbones)
  const near = await findNear(last, data.labels)
  const examples = groupedExamples(extraction, data.labels, near)
  const splits = splitExamples(examples, run.options.fractions, String)
  const pictures = extraction.pictures.map((picture, row) =>
    row === 0 ? { ...picture, split: 'test' as const } : picture,
  )
  const folded = await foldedRows({ pictures }, last, data.labels, near, undefined)
  const forHead = run.options.head.head === 'mixed' ? await rowsForHead(bottlenecks, splits, undefined) : data
  const rows = { data: forHead, examples, splits, folded, stored: undefined }
  return {
    heads: await trainHeads(rows, await run.engine(), run.options, run.drawing),
    last,
    isStored: isStore(forHead),
  }
}

function mostApart(some: Float32Array, others: Float32Array): number {
  expect(some.length).toBe(others.length)
  return some.reduce((most, value, at) => Math.max(most, Math.abs(value - others[at]!)), 0)
}

it.each<TrainOptions>([{ augment: 1 }, { head: 'softmax', layers: 'many' }])(
  'inner layers of more pictures than fit into memory give the same: %j',
  async given => {
    const tfFiles = await sampleFolder(await tempFolder(), ['bird', 'bug'], 10)
    const layout = layoutOf(tfFiles)
    const options = resolveTrainOptions({ steps: 40, batch: 20, folds: 2, ...given })
    const drafts = async () => (await readdir(layout.bottlenecks)).filter(name => name.startsWith('.'))
    const found = { layout, place: await findPictures(tfFiles, {}), engine: loadingEngine(options.engine) }
    await withRun(found, options, undefined, async run => {
      // The file first: variants are computed for it.
      const inFile = await learnt(run, 1)
      const inMemory = await learnt(run, Number.POSITIVE_INFINITY)
      expect([inFile.isStored, inMemory.isStored]).toEqual([true, false])
      expect(inFile.last).toEqual(inMemory.last)
      const [trained, validated] = inMemory.heads
      const [own, ownValidated] = inFile.heads
      expect(mostApart(own.logits, trained.logits)).toBeLessThan(1e-3)
      expect(mostApart(own.head.bias, trained.head.bias)).toBeLessThan(1e-3)
      expect(mostApart(ownValidated!.logits, validated!.logits)).toBeLessThan(1e-3)
      expect(ownValidated!.assessment.curve!.points).toEqual(validated!.assessment.curve!.points)
      if (process.platform !== 'win32') expect(await drafts()).toEqual([])
    })
    expect(await drafts()).toEqual([])
  },
)
