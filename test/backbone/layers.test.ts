import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { type Backbone, blocksOf } from '../../src/backbone/backbone.ts'
import { BUNDLED_NAMES } from '../../src/backbone/catalog.ts'
import { compiledOnnx } from '../../src/backbone/compile.ts'
import { findBackbone } from '../../src/backbone/find.ts'
import { createOnnxEngine } from '../../src/engine/onnx.ts'
import { probe } from '../../src/engine/probe.ts'
import { writeGraphDef } from '../../src/formats/graphdef/write.ts'
import { constNode, dtypeAttr, placeholderNode } from '../../src/graph/graph.ts'
import { floatTensor, intTensor } from '../../src/graph/tensor.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

const CASES = fileURLToPath(new URL('../cases/', import.meta.url))
const layers = 'many'

test.each(BUNDLED_NAMES)(
  '%s has the inner layers that the catalog says, and they are found by structure',
  async name => {
    const named = await findBackbone(name, { layers })
    const cacheFolder = await tempFolder()
    const brought = await findBackbone(fileURLToPath(new URL(`../../models/${name}`, import.meta.url)), {
      layers,
      cacheFolder,
    })
    expect(blocksOf(brought)).toEqual(blocksOf(named))
    expect(named.inner!.length).toBeGreaterThan(3)
  },
)

test.each(['last', 'many'] as const)(
  'a network brought as ONNX, of %s layers, gives the same inner layers as its graph',
  async given => {
    const [brought, graph] = await Promise.all([
      findBackbone('mobilenet_v1', { inputSize: 64, layers: given }),
      findBackbone('mobilenet_v1', { inputSize: 64, layers }),
    ])
    const path = join(await tempFolder(), 'mine.onnx')
    await writeFile(path, await compiledOnnx(brought))
    const onnx = await findBackbone(path, { layers, probe, cacheFolder: await tempFolder() })
    expect(blocksOf(onnx)).toEqual(blocksOf(graph))
    const [expected, found] = [await run(graph), await run(onnx)]
    found.forEach((value, at) => {
      expect(Math.abs(value - expected[at]!)).toBeLessThan(1e-4)
    })
  },
)

test.each([
  ['teachable-machine', 1],
  ['onnx-kinds/plain.onnx', 1],
])('%s shows its blocks', async (name, least) => {
  const options = { layers, probe, cacheFolder: await tempFolder() } as const
  const backbone = await findBackbone(join(CASES, name), options)
  expect(backbone.inner!.length).toBeGreaterThanOrEqual(least)
  const values = await run(backbone)
  expect(values.length).toBe(backbone.features)
  expect(values.every(Number.isFinite)).toBe(true)
  const again = await findBackbone(join(CASES, name), options) // as it was described
  expect(blocksOf(again)).toEqual(blocksOf(backbone))
})

test.each(['float16.onnx', 'qdq.onnx', 'qoperator.onnx', 'class-token.onnx', 'one-picture.onnx'])(
  '%s is used, with inner layers or without',
  async name => {
    const backbone = await findBackbone(join(CASES, 'onnx-kinds', name), {
      layers,
      probe,
      cacheFolder: await tempFolder(),
    })
    expect((await run(backbone)).length).toBe(backbone.features)
  },
)

/** The bottleneck of one picture of stripes. */
async function run(backbone: Backbone): Promise<Float32Array> {
  const { size } = backbone.recipe
  const pixels = Uint8Array.from({ length: size * size * 3 }, (_, at) => (at * 37 + (at >> 7) * 11) % 256)
  const runner = await (await createOnnxEngine()).loadBackbone(backbone)
  const values = await runner.run(pixels, 1)
  await runner.dispose()
  return values
}

test('a network of one convolution has no inner layers, and is used with its last features', async () => {
  const path = join(await tempFolder(), 'one.pb')
  const T = dtypeAttr('float32')
  const strides = { kind: 'ints', value: [1, 4, 4, 1] } as const
  const nodes = [
    placeholderNode('input', 'float32', [-1, 32, 32, 3]),
    constNode('w', floatTensor([3, 3, 3, 4], new Float32Array(108).fill(0.1))),
    {
      name: 'conv',
      op: 'Conv2D',
      inputs: ['input', 'w'],
      attrs: { T, strides, padding: { kind: 'string', value: 'SAME' }, data_format: { kind: 'string', value: 'NHWC' } },
    } as const,
    constNode('axes', intTensor([2], [1, 2])),
    {
      name: 'features',
      op: 'Mean',
      inputs: ['conv', 'axes'],
      attrs: { T, keep_dims: { kind: 'bool', value: false } },
    } as const,
  ]
  await writeFile(path, writeGraphDef({ nodes }))
  const options = { layers, inputSize: 32, bottleneck: 'features', cacheFolder: await tempFolder() } as const
  const backbone = await findBackbone(path, options)
  expect(blocksOf(backbone)).toEqual([4])
})
