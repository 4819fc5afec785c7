import { createHash } from 'node:crypto'
import { chmod, copyFile, mkdir, readdir, truncate, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import type { Backbone } from '../../src/backbone/backbone.ts'
import { compiledOnnx } from '../../src/backbone/compile.ts'
import { findBackbone } from '../../src/backbone/find.ts'
import { constNode, dtypeAttr, type Graph, placeholderNode } from '../../src/graph/graph.ts'
import { floatTensor, intTensor } from '../../src/graph/tensor.ts'
import { graphStart } from '../../src/model/graphFile.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

afterEach(() => vi.unstubAllEnvs())

/** One convolution of `outputs` filters at one place, and a mean: 32 MB of weights at 2,700,000. */
function backbone(outputs: number, sha256: string): { backbone: Backbone; loads: () => number } {
  const T = dtypeAttr('float32')
  const graph: Graph = {
    nodes: [
      placeholderNode('input', 'float32', [-1, 32, 32, 3]),
      constNode('w', floatTensor([1, 1, 3, outputs], new Float32Array(3 * outputs).fill(0.5))),
      {
        name: 'conv',
        op: 'Conv2D',
        inputs: ['input', 'w'],
        attrs: {
          T,
          strides: { kind: 'ints', value: [1, 32, 32, 1] },
          padding: { kind: 'string', value: 'SAME' },
          data_format: { kind: 'string', value: 'NHWC' },
        },
      },
      constNode('axes', intTensor([2], [1, 2])),
      { name: 'mean', op: 'Mean', inputs: ['conv', 'axes'], attrs: { T, keep_dims: { kind: 'bool', value: false } } },
    ],
  }
  let loads = 0
  return {
    loads: () => loads,
    backbone: {
      name: 'test',
      sha256,
      features: outputs,
      recipe: { size: 32, resize: 'stretch', mean: [0, 0, 0], scale: [1, 1, 1] },
      loadNetwork: async () => {
        loads++
        return { format: 'graph', graph, input: 'input', bottleneck: 'mean' }
      },
    },
  }
}

it('keeps a large network compiled, so that the next start does not read its graph', async () => {
  const cache = await tempFolder()
  vi.stubEnv('ITC_CACHE', cache)
  const first = backbone(2_700_000, 'ab'.repeat(32))
  const bytes = await compiledOnnx(first.backbone)
  const second = backbone(2_700_000, 'ab'.repeat(32))
  expect(Buffer.compare(await compiledOnnx(second.backbone), bytes)).toBe(0)
  expect([first.loads(), second.loads()]).toEqual([1, 0])
  const other = backbone(2_700_000, 'cd'.repeat(32))
  await compiledOnnx(other.backbone)
  expect(other.loads()).toBe(1)
})

it.each([
  [
    'mobilenet_v1',
    '424365b1d921d7458bf4121e58f24915665c7e5084162c6f75852938764a5d00',
    '59bc914b39cd173be1c3073faa16913d6b82e1c45f9a26adf997b89c31e40fda',
  ],
  [
    'efficientnet_lite0',
    '10fdf638fe7ff87722ea83ccf8de91b5073ff8878cf4cbf8b9629e44cff5eec9',
    '79dac95ce97f7d2f551ebed7e5141b2eacd14b59db90b3cd3f3e65d60add4ebd',
  ],
])(
  'what is kept of %s changes its name when it changes: raise the number of COMPILED in compileCache.ts, or of GRAPH_START in graphFile.ts',
  async (name, compiled, graph) => {
    vi.stubEnv('ITC_CACHE', await tempFolder())
    const network = await findBackbone(name, { layers: 'many' })
    const start = await graphStart([network])
    const prefix = 'prefix' in start ? start.prefix : new Uint8Array()
    const sums = [await compiledOnnx(network), prefix].map(bytes => createHash('sha256').update(bytes).digest('hex'))
    expect(sums).toEqual([compiled, graph])
  },
)

it('keeps no more than 500 MB: what was kept first goes first', async () => {
  const cache = await tempFolder()
  vi.stubEnv('ITC_CACHE', cache)
  const folder = join(cache, 'compiled')
  await mkdir(folder)
  const names = ['1', '2', '3'].map(digit => digit.repeat(32))
  for (const [at, name] of [...names, 'of somebody else'].entries()) {
    await writeFile(join(folder, name), '')
    await truncate(join(folder, name), 230_000_000) // which takes no room
    await utimes(join(folder, name), at, at)
  }
  await compiledOnnx(backbone(2_700_000, 'ab'.repeat(32)).backbone)
  const left = await readdir(folder)
  expect(left).toHaveLength(4)
  expect(left).toEqual(expect.arrayContaining([...names.slice(1), 'of somebody else']))
})

it('drops what a time to come would keep for ever, before all else', async () => {
  const cache = await tempFolder()
  vi.stubEnv('ITC_CACHE', cache)
  const folder = join(cache, 'compiled')
  await mkdir(folder)
  const ahead = Date.now() / 1000 + 1e6
  for (const name of ['1', '2', '3'].map(digit => digit.repeat(32))) {
    await writeFile(join(folder, name), '')
    await truncate(join(folder, name), 230_000_000) // which takes no room
    await utimes(join(folder, name), ahead, ahead)
  }
  await compiledOnnx(backbone(2_700_000, 'ab'.repeat(32)).backbone)
  const second = backbone(2_700_000, 'ab'.repeat(32))
  await compiledOnnx(second.backbone)
  expect(second.loads()).toBe(0)
  expect(await readdir(folder)).toHaveLength(3)
})

it('drops drafts of processes that were killed, and none that is being written', async () => {
  const cache = await tempFolder()
  vi.stubEnv('ITC_CACHE', cache)
  const folder = join(cache, 'compiled')
  await mkdir(folder)
  const [dead, written] = ['a', 'b'].map(digit => `.${'1'.repeat(32)}.${digit.repeat(12)}.tmp`)
  for (const name of [dead!, written!, 'of somebody else']) await writeFile(join(folder, name), 'x')
  for (const name of [dead!, 'of somebody else']) await utimes(join(folder, name), 1, 1)
  const soon = Date.now() / 1000 + 60 // by another process, while this one cleans up
  await utimes(join(folder, written!), soon, soon)
  await compiledOnnx(backbone(2_700_000, 'ab'.repeat(32)).backbone)
  const left = await readdir(folder)
  expect(left).toHaveLength(3)
  expect(left).toEqual(expect.arrayContaining([written, 'of somebody else']))
})

it('takes none that lies under the name of another network', async () => {
  const cache = await tempFolder()
  vi.stubEnv('ITC_CACHE', cache)
  const folder = join(cache, 'compiled')
  await compiledOnnx(backbone(2_700_000, 'ab'.repeat(32)).backbone)
  const [ours] = await readdir(folder)
  await compiledOnnx(backbone(2_600_000, 'cd'.repeat(32)).backbone)
  const [other] = (await readdir(folder)).filter(name => name !== ours)
  await copyFile(join(folder, other!), join(folder, ours!))
  const again = backbone(2_700_000, 'ab'.repeat(32))
  await compiledOnnx(again.backbone)
  expect(again.loads()).toBe(1)
})

it.skipIf(process.platform === 'win32')('takes none that others could have put there', async () => {
  const cache = await tempFolder()
  vi.stubEnv('ITC_CACHE', cache)
  await compiledOnnx(backbone(2_700_000, 'ab'.repeat(32)).backbone)
  await chmod(join(cache, 'compiled'), 0o777)
  const second = backbone(2_700_000, 'ab'.repeat(32))
  await compiledOnnx(second.backbone)
  expect(second.loads()).toBe(1)
})

it('compiles small networks, and those that nothing tells apart, each time', async () => {
  const cache = await tempFolder()
  vi.stubEnv('ITC_CACHE', cache)
  for (const [outputs, sha256] of [[4, 'ab'.repeat(32)] as const, [2_700_000, ''] as const]) {
    const first = backbone(outputs, sha256)
    await compiledOnnx(first.backbone)
    const second = backbone(outputs, sha256)
    await compiledOnnx(second.backbone)
    expect([first.loads(), second.loads()]).toEqual([1, 1])
  }
  expect(await readdir(cache)).toEqual([])
})
