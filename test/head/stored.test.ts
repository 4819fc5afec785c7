import { readdir } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createOnnxEngine } from '../../src/engine/onnx.ts'
import { floatsOf, type Prepare, RowFile } from '../../src/features/rowFile.ts'
import { floatsToHalves, halvesToFloats } from '../../src/graph/tensor.ts'
import { normaliser } from '../../src/head/blocks.ts'
import { curveRows } from '../../src/head/fit.ts'
import { inSpace } from '../../src/head/halves.ts'
import { headLogits } from '../../src/head/head.ts'
import { DEFAULT_HEAD_OPTIONS } from '../../src/head/options.ts'
import { planHeads } from '../../src/head/plan.ts'
import { seededRandom } from '../../src/head/sampler.ts'
import { centring } from '../../src/head/space.ts'
import type { StoredRows } from '../../src/head/stored.ts'
import { storedInSpace } from '../../src/head/storedSpace.ts'
import { crossValidate, type LabelledMatrix, trainHead, trainSideBySide } from '../../src/head/train.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

const [ROWS, CATEGORIES] = [240, 3]
const BLOCKS = [[50, 40, 30]]
const WIDTH = 120
const OPTIONS = { ...DEFAULT_HEAD_OPTIONS, steps: 300, batch: 10 }
const random = seededRandom(3)
/** The rows themselves, and as many variants of them. */
const labels = Int32Array.from({ length: 2 * ROWS }, (_, row) => row % CATEGORIES)
const values = Float32Array.from({ length: 2 * ROWS * WIDTH }, (_, at) => {
  return random() + (at % CATEGORIES === labels[Math.floor(at / WIDTH)] ? 0.2 : 0)
})
const data: LabelledMatrix = {
  values: values.subarray(0, ROWS * WIDTH),
  rows: ROWS,
  width: WIDTH,
  labels: labels.subarray(0, ROWS),
  categories: CATEGORIES,
}
const splits = Array.from(data.labels, (_, row) => (row % 7 === 0 ? ('validation' as const) : ('train' as const)))
const folds = Array.from(data.labels, (_, row) => Math.floor(row / CATEGORIES) % 5)

const prepare = { mixed: normaliser(BLOCKS), softmax: undefined }

let file: RowFile | undefined
beforeEach(() => {
  file = undefined
})
afterEach(() => file?.close())

async function stored(prepared?: Prepare, rows = ROWS): Promise<StoredRows> {
  file = await RowFile.create(await tempFolder(), WIDTH, prepared)
  // In pieces of several lengths, as batches come.
  for (const [from, to] of [
    [0, 1],
    [1, 40],
    [40, rows],
  ] as const) {
    await file.add(values.subarray(from * WIDTH, to * WIDTH))
  }
  return { rows, labels: labels.subarray(0, rows), read: chosen => file!.read(chosen) }
}

function mostApart(some: Float32Array, others: Float32Array): number {
  expect(some.length).toBe(others.length)
  return some.reduce((most, value, at) => Math.max(most, Math.abs(value - others[at]!)), 0)
}

describe.each(['mixed', 'softmax'] as const)('the %s head', head => {
  const options = { ...OPTIONS, head }
  const variants = { count: 1, values }

  it('of rows in a file is the head of the same rows in memory', async () => {
    const engine = await createOnnxEngine()
    const rows = head === 'mixed' ? inSpace(data, BLOCKS, splits) : data
    const inMemory = await trainHead(engine, rows, splits, options)
    const kept = { rows: ROWS, width: WIDTH, labels: data.labels, categories: CATEGORIES }
    const plain = { ...kept, stored: await stored(prepare[head]) }
    const store = head === 'mixed' ? await storedInSpace(plain, file!, BLOCKS, splits) : plain
    const fromFile = await trainHead(engine, store, splits, options)
    expect(mostApart(fromFile.logits, inMemory.logits)).toBeLessThan(1e-3)
    expect(mostApart(headLogits(fromFile.head, data.values), inMemory.logits)).toBeLessThan(1e-3)
    expect(fromFile.history.map(({ step }) => step)).toEqual(inMemory.history.map(({ step }) => step))
    for (const [at, { crossEntropy, validationAccuracy }] of inMemory.history.entries()) {
      expect(fromFile.history[at]!.crossEntropy).toBeCloseTo(crossEntropy, 3)
      expect(fromFile.history[at]!.validationAccuracy).toBeCloseTo(validationAccuracy!, 1)
    }
  })

  it('is validated alike, and in experiments of few rows, with variants that only train', async () => {
    const engine = await createOnnxEngine()
    const varied = { ...data, variants }
    const rows = head === 'mixed' ? inSpace(varied, BLOCKS, splits) : varied
    const kept = { rows: ROWS, width: WIDTH, labels: data.labels, categories: CATEGORIES }
    const plain = { ...kept, stored: await stored(prepare[head], 2 * ROWS) }
    const store = head === 'mixed' ? await storedInSpace(plain, file!, BLOCKS, splits) : plain
    const validated = await crossValidate(engine, rows, folds, options)
    expect(mostApart(await crossValidate(engine, store, folds, options), validated)).toBeLessThan(1e-3)
    // The first of these heads sees an eighth of the rows, and so more of the last features.
    const plan = planHeads(ROWS, 3, (row, at) => row % 8 === 0 || (at > 0 && row % 9 !== at))
    const experiments = await trainSideBySide(engine, rows, plan, options)
    expect(mostApart(await trainSideBySide(engine, store, plan, options), experiments)).toBeLessThan(1e-3)
    expect(mostApart(await trainSideBySide(engine, store, plan, options, {}, 1), experiments)).toBeLessThan(1e-3)
  })

  it('of more rows than fit is asked about a sample of them', async () => {
    const engine = await createOnnxEngine()
    const rows = head === 'mixed' ? inSpace(data, BLOCKS, splits) : data
    const all = splits.map(() => 'train' as const)
    const inMemory = await trainHead(engine, rows, all, options)
    const { space } = rows
    const inIts = (row: Float32Array) => {
      if (space) centring(space)(row)
      return row
    }
    const more = await stored((row, column) => inIts(prepare[head]?.(row, column) ?? floatsOf(row)))
    const fromFile = await trainHead(engine, rows, all, options, {}, more)
    expect(mostApart(fromFile.logits, inMemory.logits)).toBeLessThan(1e-3)
    expect(mostApart(headLogits(fromFile.head, data.values), inMemory.logits)).toBeLessThan(1e-3)
  })

  it('stops where it is told to', async () => {
    const engine = await createOnnxEngine()
    const kept = { rows: ROWS, width: WIDTH, labels: data.labels, categories: CATEGORIES }
    const store = { ...kept, stored: await stored() }
    const stop = new AbortController()
    const hooks = { signal: stop.signal, onSteps: () => stop.abort(new Error('stopped')) }
    await expect(trainHead(engine, store, splits, { ...options, head: 'softmax' }, hooks)).rejects.toThrow('stopped')
    await expect(crossValidate(engine, store, folds, options, hooks)).rejects.toThrow('stopped')
  })
})

it('gives rows back in the order they are asked for, some of them twice, and leaves nothing on the disk', async () => {
  const folder = await tempFolder()
  const own = await RowFile.create(folder, WIDTH)
  await own.add(values.subarray(0, 90 * WIDTH))
  const chosen = Int32Array.of(89, 0, 41, 42, 43, 0)
  const expected = [...chosen].flatMap(row => [...values.subarray(row * WIDTH, (row + 1) * WIDTH)])
  expect([...(await own.read(chosen))]).toEqual(expected)
  await expect(own.read(Int32Array.of(90))).rejects.toThrow(/no whole row/)
  own.put(91, 2, Float32Array.of(7, 8))
  expect([...(await own.read(Int32Array.of(90)))]).toEqual(new Array(WIDTH).fill(0))
  own.put(3, 1, floatsToHalves(Float32Array.of(0.5, -2)))
  expect([...(await own.read(Int32Array.of(3)))].slice(1, 3)).toEqual([0.5, -2])
  await own.close()
  expect(await readdir(folder)).toEqual([])
})

it('normalises float16 as the numbers that it stands for, and blocks of zeros', () => {
  const blocks = [3, 40, 30, 2]
  const halves = floatsToHalves(Float32Array.from({ length: 72 }, (_, at) => (at < 70 ? random() - 0.3 : 0)))
  const [some, others] = [halves, halvesToFloats(halves)].map(each => normaliser([blocks])(each, 3))
  expect(mostApart(some!, others!)).toBeLessThan(1e-6)
  expect([...some!.subarray(70)]).toEqual([0, 0])
  expect(Math.hypot(...some!.subarray(0, 40))).toBeCloseTo(1, 5)
})

it('measures a curve on an even sample of many rows of either split, and on all of few', () => {
  const many = Array.from({ length: 900 }, (_, row) => (['train', 'train', 'validation', 'test'] as const)[row % 4]!)
  const rows = [...curveRows(many, 100)]
  const count = (split: string, from: number, to: number) =>
    rows.filter(row => row >= from && row < to && many[row] === split).length
  expect([count('train', 0, 900), count('validation', 0, 900), count('test', 0, 900)]).toEqual([100, 100, 0])
  expect(Math.abs(count('train', 0, 450) - 50)).toBeLessThanOrEqual(1)
  expect(new Set(rows).size).toBe(200)
  expect([...curveRows(many)]).toEqual([...many.keys()].filter(row => many[row] !== 'test'))
})
