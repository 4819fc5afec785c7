import { describe, expect, it } from 'vitest'
import { accuracy } from '../../src/assess/metrics.ts'
import { createOnnxEngine } from '../../src/engine/onnx.ts'
import { DEFAULT_HEAD_OPTIONS } from '../../src/head/options.ts'
import { seededRandom } from '../../src/head/sampler.ts'
import { crossValidate, trainHead } from '../../src/head/train.ts'
import { trainingRows } from '../../src/head/variants.ts'

/** Rows of noise and labels that have nothing to do with them: what is named right was learnt by heart. */
function noise(rows: number, width: number, copies: number) {
  const random = seededRandom(3)
  const values = Float32Array.from({ length: rows * width }, () => random() * 4 - 2)
  const labels = Int32Array.from({ length: rows }, (_, row) => row % 2)
  const all = new Float32Array((1 + copies) * values.length)
  for (let copy = 0; copy <= copies; copy++) all.set(values, copy * values.length)
  return {
    values: all.subarray(0, values.length),
    rows,
    width,
    labels,
    categories: 2,
    variants: { count: copies, values: all },
  }
}

const OPTIONS = { ...DEFAULT_HEAD_OPTIONS, steps: 400, learningRate: 0.05 }

// Two widths: heads are trained in two forms, of which one is for few rows.
describe.each([
  ['few rows', 200],
  ['many rows', 40],
])('variants, %s', (_, width) => {
  it('never train the head that is measured on their originals, in cross-validation', async () => {
    const engine = await createOnnxEngine()
    const data = noise(120, width, 3)
    const parts = Array.from({ length: data.rows }, (_, row) => Math.floor(row / 2) % 5)
    const logits = await crossValidate(engine, data, parts, OPTIONS)
    expect(logits).toHaveLength(data.rows * 2)
    expect(accuracy(logits, data.labels, 2).accuracy).toBeLessThan(0.7)
  })

  it('train only where their originals are in the training split', async () => {
    const engine = await createOnnxEngine()
    const data = noise(120, width, 3)
    const splits = Array.from({ length: data.rows }, (_, row) =>
      row < 60 ? 'train' : row < 90 ? 'test' : 'validation',
    )
    const { logits, history } = await trainHead(engine, data, splits as ('train' | 'test' | 'validation')[], OPTIONS)
    expect(logits).toHaveLength(data.rows * 2)
    const rows = (split: string) => splits.flatMap((own, row) => (own === split ? [row] : []))
    expect(accuracy(logits, data.labels, 2, rows('train')).accuracy).toBeGreaterThan(0.9)
    expect(accuracy(logits, data.labels, 2, rows('test')).accuracy).toBeLessThan(0.75)
    expect(history.at(-1)!.validationAccuracy).toBeLessThan(0.75)
  })
})

it('have their part in the head, not in cross-validation alone', async () => {
  const engine = await createOnnxEngine()
  const data = noise(40, 3, 1)
  const turned = data.variants.values.map((value, at) => (at < data.values.length ? value : 10 - value))
  const splits = Array.from({ length: data.rows }, () => 'train' as const)
  const usual = await trainHead(engine, data, splits, OPTIONS)
  const other = await trainHead(engine, { ...data, variants: { count: 1, values: turned } }, splits, OPTIONS)
  expect(other.head.weights).not.toEqual(usual.head.weights)
})

describe('trainingRows', () => {
  it('lets variants train the heads that their originals train', () => {
    const data = noise(3, 1, 2)
    const { rows, labels, active, features } = trainingRows(data, Float32Array.of(1, 0, 0, 1, 1, 1))
    expect(rows).toBe(9)
    expect(Array.from(labels)).toEqual([0, 1, 0, 0, 1, 0, 0, 1, 0])
    expect(Array.from(active)).toEqual([1, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1, 1])
    expect(features).toBe(data.variants.values)
  })
})
