import { createRequire } from 'node:module'
import { expect, it } from 'vitest'
import { compileOnnx } from '../../src/compile/compile.ts'
import { type Attr, constNode, dtypeAttr, type Graph, placeholderNode } from '../../src/graph/graph.ts'
import { floatTensor, intTensor } from '../../src/graph/tensor.ts'
import { unfused } from '../../src/graph/unfuse.ts'

const ort = createRequire(import.meta.url)('onnxruntime-node') as typeof import('onnxruntime-node')

const wave = (length: number, pace: number) => Float32Array.from({ length }, (_, at) => Math.sin(at * pace))
const steps = (...names: string[]): Record<string, Attr> => ({
  T: dtypeAttr('float32'),
  fused_ops: { kind: 'strings', value: names },
  num_args: { kind: 'int', value: 1 },
  strides: { kind: 'ints', value: [1, 2, 2, 1] },
  padding: { kind: 'string', value: 'SAME' },
  data_format: { kind: 'string', value: 'NHWC' },
  epsilon: { kind: 'float', value: 0.01 },
})

const fused: Graph = {
  nodes: [
    placeholderNode('input', 'float32', [-1, 32, 32, 3]),
    constNode('w1', floatTensor([3, 3, 3, 4], wave(108, 1.3))),
    constNode('b1', floatTensor([4], wave(4, 2))),
    { name: 'conv', op: '_FusedConv2D', inputs: ['input', 'w1', 'b1'], attrs: steps('BiasAdd', 'Relu6') },
    constNode('w2', floatTensor([3, 3, 4, 1], wave(36, 0.7))),
    { name: 'deep', op: 'FusedDepthwiseConv2dNative', inputs: ['conv', 'w2', 'b1'], attrs: steps('BiasAdd', 'Relu') },
    { name: 'deeper', op: '_FusedDepthwiseConv2dNative', inputs: ['deep', 'w2', 'b1'], attrs: steps('BiasAdd') },
    constNode('w3', floatTensor([1, 1, 4, 5], wave(20, 0.7))),
    constNode('gamma', floatTensor([5], [1, 2, 1, 2, 1])),
    constNode('beta', floatTensor([5], wave(5, 1))),
    constNode('variance', floatTensor([5], [1, 0.5, 2, 1, 0.1])),
    {
      name: 'normal',
      op: '_FusedConv2D',
      inputs: ['deeper', 'w3', 'gamma', 'beta', 'beta', 'variance'],
      attrs: steps('FusedBatchNorm', 'Elu'),
    },
    constNode('axes', intTensor([2], [1, 2])),
    {
      name: 'pool',
      op: 'Mean',
      inputs: ['normal', 'axes'],
      attrs: { T: dtypeAttr('float32'), Tidx: dtypeAttr('int32') },
    },
  ],
}

async function features(graph: Graph): Promise<number[]> {
  const recipe = { size: 32, mean: [128, 128, 128], scale: [64, 64, 64] } as const
  const session = await ort.InferenceSession.create(compileOnnx(graph, { input: 'input', bottleneck: 'pool', recipe }))
  const pixels = Uint8Array.from({ length: 32 * 32 * 3 }, (_, at) => (at * 37) % 256)
  const { features: result } = await session.run({ pixels: new ort.Tensor('uint8', pixels, [1, 32, 32, 3]) })
  await session.release()
  return [...(result!.data as Float32Array)]
}

it('ops that only TF.js or one TensorFlow has become ones that all have, with the same result', async () => {
  const plain = unfused(fused)
  expect(plain.nodes.map(node => node.op).filter(op => op !== 'Const')).toEqual([
    'Placeholder',
    ...['Conv2D', 'BiasAdd', 'Relu6'],
    ...['DepthwiseConv2dNative', 'BiasAdd', 'Relu'],
    ...['DepthwiseConv2dNative', 'BiasAdd'],
    ...['Conv2D', 'FusedBatchNormV3', 'Elu'],
    'Mean',
  ])
  expect(plain.nodes.some(node => 'fused_ops' in node.attrs)).toBe(false)
  const [before, after] = [await features(fused), await features(plain)]
  after.forEach((value, at) => {
    expect(value).toBeCloseTo(before[at]!, 4)
  })
})
