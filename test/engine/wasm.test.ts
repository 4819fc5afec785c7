import { describe, expect, it } from 'vitest'
import { compiledOnnx } from '../../src/backbone/compile.ts'
import { findBackbone } from '../../src/backbone/find.ts'
import type { HeadProblem } from '../../src/engine/engine.ts'
import { createOnnxEngine } from '../../src/engine/onnx.ts'
import { startLanes } from '../../src/engine/onnxLanes.ts'
import { worthLanes } from '../../src/engine/worthLanes.ts'
import { gramOf } from '../helpers/gram.ts'

const PICTURES = 2

describe('onnxruntime in WebAssembly', () => {
  it('gives the features of its native form, in this thread and in others', async () => {
    const backbone = await findBackbone('mobilenet_v1')
    const pixels = Uint8Array.from({ length: PICTURES * backbone.recipe.size ** 2 * 3 }, (_, at) => (at * at) % 251)
    const [native, wasm] = await Promise.all([createOnnxEngine('onnx'), createOnnxEngine('wasm')])
    expect(wasm).toMatchObject({ name: 'wasm', version: native.version })
    const runners = [
      await native.loadBackbone(backbone),
      await wasm.loadBackbone(backbone),
      await startLanes(await compiledOnnx(backbone), backbone, 1, 'wasm'),
    ]
    const [expected, ...others] = await Promise.all(runners.map(runner => runner.run(pixels, PICTURES)))
    for (const features of others) expect(largestDifference(features, expected!)).toBeLessThan(1e-4)
    for (const runner of runners) await runner.dispose()
  })

  it.each(['kernel', 'weights'])('trains a head to the same weights, %s form', async form => {
    const problem = exampleProblem(form)
    const batches = Int32Array.from({ length: 20 * problem.batch }, (_, at) => (at * 7) % problem.rows)
    const [expected, got] = await Promise.all(
      (['onnx', 'wasm'] as const).map(async name => {
        const trainer = await (await createOnnxEngine(name)).createTrainer(problem)
        await trainer.steps(batches)
        const { weights } = await trainer.read()
        await trainer.dispose()
        return weights
      }),
    )
    expect(largestDifference(got!, expected!)).toBeLessThan(1e-5)
  })

  it('starts threads for fewer pictures: each picture takes longer', async () => {
    const backbone = await findBackbone('mobilenet_v1')
    const lanes = (name: 'onnx' | 'wasm') => worthLanes(new Uint8Array(1), backbone, 100, name)
    expect([lanes('onnx'), lanes('wasm') > 0]).toEqual([0, true])
  })
})

function exampleProblem(form: string): HeadProblem {
  const [rows, width, categories, heads] = [30, 16, 3, 2]
  const features = Float32Array.from({ length: rows * width }, (_, at) => ((at * 37) % 101) / 101)
  return {
    features,
    rows,
    width,
    categories,
    heads,
    labels: Int32Array.from({ length: rows }, (_, row) => row % categories),
    active: new Float32Array(rows * heads).fill(1),
    learningRate: 0.05,
    batch: 10,
    ...(form === 'kernel' && { kernel: gramOf(features, rows, 1) }),
  }
}

function largestDifference(one: Float32Array, other: Float32Array): number {
  expect(one.length).toBe(other.length)
  return one.reduce((most, value, at) => Math.max(most, Math.abs(value - other[at]!)), 0)
}
