import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import * as ort from 'onnxruntime-node'
import { describe, expect, test } from 'vitest'
import { BUNDLED_NAMES } from '../../src/backbone/catalog.ts'
import { compileOnnx } from '../../src/compile/compile.ts'
import { bundledGraph } from '../helpers/runGraph.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const REFERENCE = path.resolve(ROOT, '../shared/reference')
const PICTURES = 8

const NETWORKS = [
  {
    name: 'mobilenet_v1',
    size: 224,
    mean: 127.5,
    scale: 127.5,
    bottleneck: 'MobilenetV1/Logits/AvgPool_1a/AvgPool',
    logits: 'MobilenetV1/Predictions/Reshape',
    features: 1024,
  },
  {
    name: 'efficientnet_lite0',
    size: 224,
    mean: 127,
    scale: 128,
    bottleneck: 'features',
    logits: 'logits',
    features: 1280,
  },
  {
    name: 'efficientnet_lite2',
    size: 260,
    mean: 127,
    scale: 128,
    bottleneck: 'features',
    logits: 'logits',
    features: 1280,
  },
] as const

test('every bundled network is among them', () => {
  expect(NETWORKS.map(({ name }) => name)).toEqual(BUNDLED_NAMES)
})

async function floats(file: string): Promise<Float32Array> {
  const bytes = await readFile(path.join(REFERENCE, file))
  return new Float32Array(new Uint8Array(bytes).buffer)
}

function cosine(x: Float32Array, y: Float32Array): number {
  let [xy, xx, yy] = [0, 0, 0]
  for (const [i, value] of x.entries()) {
    xy += value * y[i]!
    xx += value * value
    yy += y[i]! * y[i]!
  }
  return xy / Math.sqrt(xx * yy)
}

function best(row: Float32Array): number {
  return row.indexOf(Math.max(...row))
}

const absent = !existsSync(REFERENCE)
if (absent) console.warn('Skipped: ../shared/reference, with the features that TensorFlow computed, is not here.')

describe.skipIf(absent)('bundled networks, compiled to ONNX, against independently computed tensors', () => {
  test.each(NETWORKS)('$name', async ({ name, size, mean, scale, bottleneck, logits, features }) => {
    const graph = await bundledGraph(name)
    const recipe = { size, mean: [mean, mean, mean], scale: [scale, scale, scale] } as const
    const bytes = compileOnnx(graph, { input: 'input', bottleneck, outputs: [logits], recipe })
    const session = await ort.InferenceSession.create(bytes, { intraOpNumThreads: 2 })
    const pixels = new Uint8Array(await readFile(path.join(REFERENCE, `input-${size}.u8`)))
    const output = await session.run({ pixels: new ort.Tensor('uint8', pixels, [PICTURES, size, size, 3]) })
    expect(output.features!.dims).toEqual([PICTURES, features])
    const wanted = await floats(`${name}.features.f32`)
    const wantedLogits = await floats(`${name}.logits.f32`)
    const classes = wantedLogits.length / PICTURES
    for (let i = 0; i < PICTURES; i++) {
      const row = (output.features!.data as Float32Array).subarray(i * features, (i + 1) * features)
      expect(cosine(row, wanted.subarray(i * features, (i + 1) * features))).toBeGreaterThan(0.9999)
      const scores = (output[logits]!.data as Float32Array).subarray(i * classes, (i + 1) * classes)
      expect(best(scores)).toBe(best(wantedLogits.subarray(i * classes, (i + 1) * classes)))
    }
    await session.release()
  })
})

/** What Python TensorFlow 2.21 (plain kernels) makes of the bundled graphs for the pattern below: some features, and their norm. */
const GOLDEN = [
  { name: 'mobilenet_v1', start: [0.14208, 0, 0, 0, 0, 4.13356, 5.08791, 0.44202], norm: 38.8517 },
  { name: 'efficientnet_lite0', start: [0, 0.00631, 0, 0, 0, 0, 0.04676, 0.54303], norm: 17.495 },
  { name: 'efficientnet_lite2', start: [0, 0.64704, 0.70497, 0.03471, 0, 1.36093, 0, 0.30747], norm: 12.4717 },
] as const

function pattern(size: number): Uint8Array {
  return Uint8Array.from({ length: size * size * 3 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % size, Math.floor(i / 3 / size)]
    return (x + 2 * y + 40 * (i % 3) + Math.floor((x * y) / 64)) % 256
  })
}

test.each(GOLDEN)('$name gives the features that TensorFlow gives', async ({ name, start, norm }) => {
  const { size, mean, scale, bottleneck } = NETWORKS.find(network => network.name === name)!
  const graph = await bundledGraph(name)
  const recipe = { size, mean: [mean, mean, mean], scale: [scale, scale, scale] } as const
  const session = await ort.InferenceSession.create(compileOnnx(graph, { input: 'input', bottleneck, recipe }))
  const output = await session.run({ pixels: new ort.Tensor('uint8', pattern(size), [1, size, size, 3]) })
  const features = output.features!.data as Float32Array
  for (const [i, value] of start.entries()) expect(Math.abs(features[i]! - value)).toBeLessThan(2e-4)
  expect(Math.sqrt(features.reduce((sum, value) => sum + value * value, 0))).toBeCloseTo(norm, 2)
  await session.release()
})
