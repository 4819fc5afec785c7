import { availableParallelism } from 'node:os'
import { describe, expect, it } from 'vitest'
import type { Engine, HeadTrainer } from '../../src/engine/engine.ts'
import { createOnnxEngine } from '../../src/engine/onnx.ts'
import { inSpace } from '../../src/head/halves.ts'
import { headLogits } from '../../src/head/head.ts'
import { DEFAULT_HEAD_OPTIONS } from '../../src/head/options.ts'
import { planHeads } from '../../src/head/plan.ts'
import { seededRandom } from '../../src/head/sampler.ts'
import { formOf, shareOfLast } from '../../src/head/space.ts'
import { crossValidate, type LabelledMatrix, trainHead, trainSideBySide } from '../../src/head/train.ts'

const BLOCKS = [[5, 4, 3]]
const WIDTH = 12
const OPTIONS = { ...DEFAULT_HEAD_OPTIONS, steps: 200, batch: 10, folds: 2 }

function labelled(labels: readonly number[], value: (row: number, at: number) => number): LabelledMatrix {
  const values = Float32Array.from({ length: labels.length * WIDTH }, (_, place) =>
    value(Math.floor(place / WIDTH), place % WIDTH),
  )
  const categories = 1 + Math.max(...labels)
  return { values, rows: labels.length, width: WIDTH, labels: Int32Array.from(labels), categories }
}

function methodsOf(trainer: HeadTrainer): Omit<HeadTrainer, 'steps' | 'dispose'> {
  return {
    swap: rows => trainer.swap(rows),
    logits: () => trainer.logits(),
    read: () => trainer.read(),
  }
}

const random = seededRandom(5)
const ROWS = 60
const LABELS = Array.from({ length: ROWS }, (_, row) => row % 3)
const USUAL = labelled(LABELS, (row, at) => random() - 0.3 + (at % 3 === LABELS[row] ? 1 : 0))

async function learnt(data: LabelledMatrix, given: Partial<typeof OPTIONS> = {}) {
  const options = { ...OPTIONS, ...given }
  const engine = await createOnnxEngine()
  const splits = Array.from(data.labels, () => 'train' as const)
  const rows = inSpace(data, BLOCKS, splits)
  const trained = await trainHead(engine, rows, splits, options)
  const folds = Array.from(data.labels, (_, row) => Math.floor(row / 3) % 2)
  return { ...trained, validated: await crossValidate(engine, rows, folds, options) }
}

function isEqual(some: Float32Array, others: Float32Array, most = 0): boolean {
  return some.every((value, at) => Math.abs(value - others[at]!) <= most)
}

describe('half softmax, half discriminant', () => {
  it('is one dense layer on normalised blocks: the head gives the logits that training saw', async () => {
    const { head, logits } = await learnt(USUAL)
    expect(head.blocks).toEqual(BLOCKS.flat())
    headLogits(head, USUAL.values).forEach((logit, at) => {
      expect(Math.abs(logit - logits[at]!)).toBeLessThan(1e-3)
    })
  })

  it('does not depend on how bright a block is as a whole', async () => {
    const { head } = await learnt(USUAL)
    const brighter = USUAL.values.map((value, at) => value * (at % WIDTH < 5 ? 7 : 0.2))
    const [before, after] = [headLogits(head, USUAL.values), headLogits(head, brighter)]
    after.forEach((logit, at) => {
      expect(Math.abs(logit - before[at]!)).toBeLessThan(1e-3)
    })
  })

  it.each([
    ['features that are all alike', labelled(LABELS, () => 0.5)],
    ['features of zero', labelled(LABELS, () => 0)],
    ['duplicates only', labelled(LABELS, (row, at) => (at % 3) + (LABELS[row] === at ? 1 : 0))],
    ['a category of one picture', labelled([...LABELS, 3], (row, at) => ((row * 7 + at * 3) % 5) - 1)],
    ['a number that is huge', labelled(LABELS, (row, at) => (row === 0 && at === 0 ? 1e20 : (row + at) % 4))],
  ])('makes a model of %s', async (_, data) => {
    const { head, logits, validated, history } = await learnt(data)
    for (const value of [...head.weights, ...head.bias, ...logits, ...validated])
      expect(Number.isFinite(value)).toBe(true)
    for (const { crossEntropy } of history) expect(Number.isFinite(crossEntropy)).toBe(true)
  })

  it.each([1e-9, 10, 100])('ends in numbers at a learning rate of %d', async learningRate => {
    const { head, validated, history } = await learnt(USUAL, { learningRate, steps: 1000 })
    for (const value of [...head.weights, ...head.bias, ...validated]) expect(Number.isFinite(value)).toBe(true)
    for (const { crossEntropy } of history) expect(Number.isFinite(crossEntropy)).toBe(true)
  })

  it('says of held-out rows what it says of rows that had no part in the mean', async () => {
    const [rows, width] = [40, 300]
    const labels = Int32Array.from({ length: rows }, (_, row) => (row % 4 === 0 ? 1 : 0)) // one category is rare
    const values = Float32Array.from({ length: rows * width }, () => random())
    const noise: LabelledMatrix = { values, rows, width, labels, categories: 2 }
    const folds = Array.from(labels, (_, row) => Math.floor(row / 4) % 2)
    const engine = await createOnnxEngine()
    const options = { ...OPTIONS, steps: 1000 }
    const all = inSpace(
      noise,
      [[width]],
      folds.map(() => 'train'),
    )
    const validated = await crossValidate(engine, all, folds, options)
    const apart = validated.slice()
    for (const fold of [0, 1]) {
      const splits = folds.map(own => (own === fold ? 'test' : 'train'))
      const { logits } = await trainHead(engine, inSpace(noise, [[width]], splits), splits, options)
      for (const [row, own] of folds.entries())
        if (own === fold) apart.set(logits.subarray(2 * row, 2 * row + 2), 2 * row)
    }
    const forRare = (logits: Float32Array) =>
      folds.reduce((sum, _, row) => sum + logits[2 * row + 1]! - logits[2 * row]!, 0) / rows
    expect(Math.abs(forRare(validated) - forRare(apart))).toBeLessThan(0.5) // 0.9 where the bias learns as slowly as it can
  })

  it('reads more of the last features where pictures are few', () => {
    const share = (...counts: number[]) => shareOfLast(counts)
    expect([share(29, 30), share(30, 30), share(60, 60), share(120, 120)]).toEqual([1, 0.8, 0.65, 0.5])
    expect([share(9, 500), share(10, 500), share()]).toEqual([1, 0.5, 1])
  })

  it('is a softmax alone where a category has fewer than ten pictures in the mean', () => {
    const halved = (...counts: number[]) => formOf(counts).isHalved
    expect([halved(3, 3, 3), halved(9, 10), halved(10, 10), halved(5, 15, 10)]).toEqual([false, false, true, true])
    expect([halved(0, 10, 10), halved(19, 0), halved(9)]).toEqual([true, true, false]) // who has none is not told apart
  })

  it.each([
    { each: 8, isAlike: true },
    { each: 16, isAlike: false },
  ])(
    'of $each pictures a category has the discriminant if they are enough: alone alike $isAlike',
    async ({ each, isAlike }) => {
      const labels = Array.from({ length: 3 * each }, (_, row) => row % 3)
      const data = labelled(labels, (row, at) => random() + (at % 3 === labels[row] ? 1 : 0))
      const engine = await createOnnxEngine()
      const splits = labels.map(() => 'train' as const)
      const rows = inSpace(data, BLOCKS, splits)
      const alone = { ...rows, space: { ...rows.space!, isHalved: false } }
      const folds = labels.map((_, row) => Math.floor(row / 3) % 2)
      const [whole, softmax] = [
        await trainHead(engine, rows, splits, OPTIONS),
        await trainHead(engine, alone, splits, OPTIONS),
      ]
      expect(isEqual(whole.logits, softmax.logits)).toBe(isAlike)
      expect(isEqual(headLogits(whole.head, data.values), whole.logits, 1e-3)).toBe(true)
      const validated = await crossValidate(engine, rows, folds, OPTIONS)
      expect(isEqual(validated, await crossValidate(engine, alone, folds, OPTIONS))).toBe(isAlike)
    },
  )

  it('trains heads of few rows as a training on those alone would: on the last features', async () => {
    const labels = Array.from({ length: 130 }, (_, row) => row % 2)
    const data = labelled(labels, (row, at) => random() + (at === 7 && labels[row] === 1 ? 3 : 0))
    const engine = await createOnnxEngine()
    const splits = labels.map(() => 'train' as const)
    const rows = inSpace(data, BLOCKS, splits)
    const plan = planHeads(130, 2, (row, head) => head === 0 || row < 50)
    const logits = await trainSideBySide(engine, rows, plan, OPTIONS)
    const moved = data.values.map((value, at) => (at % WIDTH > 4 ? value * random() : value))
    const again = await trainSideBySide(engine, inSpace({ ...data, values: moved }, BLOCKS, splits), plan, OPTIONS)
    const largest = (head: number) => {
      const changes = logits.map((logit, at) => Math.abs(logit - again[at]!))
      return Math.max(...changes.filter((_, at) => Math.floor(at / 2) % 2 === head))
    }
    expect(largest(0)).toBeGreaterThan(0.1) // the inner layers are others
    expect(largest(1)).toBeLessThan(1e-3)
  })

  it('trains heads of different shares in threads at a time, as many as there are cores, to the same logits', async () => {
    const labels = Array.from({ length: 150 }, (_, row) => row % 2)
    const data = labelled(labels, () => random())
    const engine = await createOnnxEngine()
    const rows = inSpace(
      data,
      BLOCKS,
      [...labels.keys()].map(() => 'train' as const),
    )
    const plan = planHeads(150, 3, (row, head) => row < [150, 90, 40][head]!)
    const atOnce = Math.min(3, availableParallelism())
    let [open, most] = [0, 0]
    let allOpen = () => {}
    const areOpen = new Promise<void>(resolve => {
      allOpen = resolve
    })
    const counting: Engine = {
      ...engine,
      createTrainer: async problem => {
        const trainer = await engine.createTrainer(problem)
        most = Math.max(most, ++open)
        if (open === atOnce) allOpen()
        const steps: typeof trainer.steps = (...asked) => areOpen.then(() => trainer.steps(...asked))
        return { ...methodsOf(trainer), steps, dispose: () => trainer.dispose().finally(() => open--) }
      },
    }
    const apart = await trainSideBySide(counting, rows, plan, OPTIONS, { apart: true })
    expect(most).toBe(atOnce)
    expect(apart).toEqual(await trainSideBySide(engine, rows, plan, OPTIONS))
  })

  it.each([1, 2 * 3 * 16 * ROWS])(
    'trains heads that do not fit side by side in turns, to the same logits: %i bytes',
    async most => {
      const engine = await createOnnxEngine()
      const rows = inSpace(
        USUAL,
        BLOCKS,
        LABELS.map(() => 'train'),
      )
      const plan = planHeads(ROWS, 5, (row, head) => row % 5 !== head)
      const told: number[] = []
      const onSteps = (done: number, total: number) => told.push(done / total)
      const inTurns = await trainSideBySide(engine, rows, plan, OPTIONS, { onSteps }, most)
      const atOnce = await trainSideBySide(engine, rows, plan, OPTIONS)
      expect(inTurns.length).toBe(ROWS * 5 * 3)
      for (const [at, logit] of inTurns.entries()) expect(logit).toBeCloseTo(atOnce[at]!, 4)
      expect(told).toEqual([...told].sort((a, b) => a - b))
      expect(told.at(-1)).toBe(1)
    },
  )
})
