import { expect, it } from 'vitest'
import type { Split } from '../../src/dataset/split.ts'
import { createOnnxEngine } from '../../src/engine/onnx.ts'
import { inSpace } from '../../src/head/halves.ts'
import { headLogits } from '../../src/head/head.ts'
import { type LabelledStore, storeOf } from '../../src/head/labelled.ts'
import { DEFAULT_HEAD_OPTIONS } from '../../src/head/options.ts'
import { heldOut, planHeads } from '../../src/head/plan.ts'
import { seededRandom } from '../../src/head/sampler.ts'
import { learntOf } from '../../src/head/space.ts'
import { crossValidate, type LabelledMatrix, trainHead, trainSideBySide } from '../../src/head/train.ts'

/** More rows than products of rows with rows are for. */
const [ROWS, WIDTH, CATEGORIES] = [7_200, 6, 3]
const BLOCKS = [[4, 2]]
const OPTIONS = { ...DEFAULT_HEAD_OPTIONS, steps: 40, batch: 20 }

const random = seededRandom(4)
const labels = Int32Array.from({ length: ROWS }, (_, row) => row % CATEGORIES)
const values = Float32Array.from({ length: ROWS * WIDTH }, (_, at) => {
  return random() + (at % CATEGORIES === labels[Math.floor(at / WIDTH)] ? 0.1 : 0)
})
const plain: LabelledMatrix = { values, rows: ROWS, width: WIDTH, labels, categories: CATEGORIES }
const all = Array.from(labels, (): Split => 'train')
const folds = Array.from(labels, (_, row) => Math.floor(row / CATEGORIES) % OPTIONS.folds)

function mostApart(some: Float32Array, others: Float32Array): number {
  expect(some.length).toBe(others.length)
  return some.reduce((most, value, at) => Math.max(most, Math.abs(value - others[at]!)), 0)
}

/** The same rows, with a count of those that are read. */
function counting(data: LabelledMatrix): { readonly store: LabelledStore; readonly read: () => number } {
  const store = storeOf(data)!
  let count = 0
  const read: LabelledStore['stored']['read'] = (chosen, memory) => {
    count += chosen.length
    return store.stored.read(chosen, memory)
  }
  return { store: { ...store, stored: { ...store.stored, read }, features: undefined }, read: () => count }
}

it('a head of many rows in memory is that of the same rows read, and its logits are those of its weights', async () => {
  const engine = await createOnnxEngine()
  const rows = inSpace(plain, BLOCKS, all)
  const inMemory = await trainHead(engine, rows, all, OPTIONS)
  const { store, read } = counting(rows)
  const stored = await trainHead(engine, store, all, OPTIONS)
  expect(read()).toBeGreaterThan(ROWS)
  expect(mostApart(stored.logits, inMemory.logits)).toBeLessThan(1e-5)
  expect(mostApart(headLogits(inMemory.head, values), inMemory.logits)).toBeLessThan(1e-3)
  expect(inMemory.history).toHaveLength(10)
})

it('solves the discriminants of a head and of its folds by one look at the rows', async () => {
  const engine = await createOnnxEngine()
  const rows = inSpace(plain, BLOCKS, all)
  const alone = counting(rows)
  const headAlone = await trainHead(engine, alone.store, all, OPTIONS)
  const foldsAlone = await crossValidate(engine, alone.store, folds, OPTIONS)
  const joined = counting(rows)
  const shares: number[] = []
  const head = await trainHead(engine, joined.store, all, OPTIONS, { folds, onShare: share => shares.push(share) })
  expect(shares.length).toBeGreaterThan(OPTIONS.folds)
  expect(shares).toEqual([...shares].sort((a, b) => a - b))
  expect(shares.at(-1)).toBeCloseTo(1)
  const { ofFolds: discriminants } = head
  expect(headAlone.ofFolds).toBeUndefined()
  expect(discriminants?.bias).toHaveLength(OPTIONS.folds * CATEGORIES)
  const validated = await crossValidate(engine, joined.store, folds, OPTIONS, { discriminants })
  expect(mostApart(head.logits, headAlone.logits)).toBeLessThan(1e-5)
  expect(mostApart(validated, foldsAlone)).toBeLessThan(1e-5)
  expect(alone.read() - joined.read()).toBe(ROWS)
})

it('asks of the heads of folds that of its own fold alone about a row', async () => {
  const engine = await createOnnxEngine()
  const rows = inSpace(plain, BLOCKS, all)
  const plan = planHeads(ROWS, OPTIONS.folds, (row, head) => folds[row] !== head)
  const every = await trainSideBySide(engine, rows, plan, OPTIONS)
  const own = await crossValidate(engine, rows, folds, OPTIONS)
  expect(mostApart(own, heldOut(every, OPTIONS.folds, folds, CATEGORIES))).toBeLessThan(1e-5)
})

it('takes nothing of rows that are set apart into the head, where the folds are solved with it', async () => {
  const engine = await createOnnxEngine()
  const splits = Array.from(labels, (_, row): Split => (row % 5 === 0 ? 'test' : 'train'))
  const rows = inSpace(plain, BLOCKS, splits)
  const alone = await trainHead(engine, rows, splits, OPTIONS)
  const { head, ofFolds } = await trainHead(engine, rows, splits, OPTIONS, { folds })
  expect(ofFolds).toBeDefined()
  expect(mostApart(head.weights, alone.head.weights)).toBeLessThan(1e-4)
})

it('learns a space from an even sample of very many rows', () => {
  const rows = Int32Array.from({ length: 1000 }, (_, at) => 2 * at)
  expect(learntOf(rows)).toBe(rows)
  const some = learntOf(rows, 300)
  expect(some).toHaveLength(300)
  expect(some.filter(row => row < 1000)).toHaveLength(150)
})
