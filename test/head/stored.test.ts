import { readdir } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { createOnnxEngine } from '../../src/engine/onnx.ts'
import { RowFile } from '../../src/features/rowFile.ts'
import { inSpace } from '../../src/head/halves.ts'
import { DEFAULT_HEAD_OPTIONS } from '../../src/head/options.ts'
import { seededRandom } from '../../src/head/sampler.ts'
import type { StoredRows } from '../../src/head/stored.ts'
import { type LabelledMatrix, trainHead } from '../../src/head/train.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

const [ROWS, WIDTH, CATEGORIES] = [90, 12, 3]
const OPTIONS = { ...DEFAULT_HEAD_OPTIONS, steps: 300, batch: 10 }
const random = seededRandom(3)
const labels = Int32Array.from({ length: ROWS }, (_, row) => row % CATEGORIES)
const values = Float32Array.from({ length: ROWS * WIDTH }, (_, at) => {
  return random() + (at % CATEGORIES === labels[Math.floor(at / WIDTH)] ? 0.5 : 0)
})
const data: LabelledMatrix = { values, rows: ROWS, width: WIDTH, labels, categories: CATEGORIES }
const splits = Array.from(labels, () => 'train' as const)

async function stored(file: RowFile): Promise<StoredRows> {
  // In pieces of several lengths, as batches come.
  for (const [from, to] of [
    [0, 1],
    [1, 40],
    [40, ROWS],
  ] as const) {
    await file.add(values.subarray(from * WIDTH, to * WIDTH))
  }
  return { rows: file.rows, labels, read: chosen => file.read(chosen) }
}

it.each(['mixed', 'softmax'] as const)(
  'rows in a file make the %s head that the same rows in memory make',
  async head => {
    const file = await RowFile.create(await tempFolder(), WIDTH)
    try {
      const rows = head === 'mixed' ? inSpace(data, [[5, 4, 3]], splits) : data
      const engine = await createOnnxEngine()
      const options = { ...OPTIONS, head }
      const inMemory = await trainHead(engine, rows, splits, options)
      const fromFile = await trainHead(engine, rows, splits, options, {}, await stored(file))
      for (const [name, most] of [
        ['weights', 1e-5],
        ['bias', 1e-5],
      ] as const) {
        const differences = inMemory.head[name].map((value, at) => Math.abs(value - fromFile.head[name][at]!))
        expect(Math.max(...differences)).toBeLessThan(most)
      }
      expect(fromFile.history).toHaveLength(inMemory.history.length)
      expect(fromFile.history.at(-1)!.trainAccuracy).toBeGreaterThan(0.9)
    } finally {
      await file.close()
    }
  },
)

it('gives rows back in the order they are asked for, some of them twice, and leaves nothing on the disk', async () => {
  const folder = await tempFolder()
  const file = await RowFile.create(folder, WIDTH)
  await stored(file)
  const chosen = Int32Array.of(89, 0, 41, 0)
  const expected = [...chosen].flatMap(row => [...values.subarray(row * WIDTH, (row + 1) * WIDTH)])
  expect([...(await file.read(chosen))]).toEqual(expected)
  await expect(file.read(Int32Array.of(ROWS))).rejects.toThrow(/no whole row/)
  await file.close()
  expect(await readdir(folder)).toEqual([])
})
