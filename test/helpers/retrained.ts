import fs from 'fs-extra'
import { writeGraphDef } from '../../src/formats/graphdef/write.ts'
import { type Attr, constNode, dtypeAttr, type GraphNode, placeholderNode } from '../../src/graph/graph.ts'
import { floatTensor, intTensor } from '../../src/graph/tensor.ts'
import { layoutOf } from '../../src/model/layout.ts'

const T = { T: dtypeAttr('float32') }
const CHANNELS = 4

function op(name: string, kind: string, inputs: string[], attrs: Record<string, Attr> = {}): GraphNode {
  return { name, op: kind, inputs, attrs: { ...T, ...attrs } }
}

const ints = (...value: number[]): Attr => ({ kind: 'ints', value })
const text = (value: string): Attr => ({ kind: 'string', value })
const wave = (length: number, pace: number) => Float32Array.from({ length }, (_, at) => Math.sin(at * pace))

/** Decoding, resizing and scaling as the Inception graph of 2015 begins. */
const decoding: GraphNode[] = [
  { name: 'DecodeJpeg/contents', op: 'Const', inputs: [], attrs: contents() },
  {
    name: 'DecodeJpeg',
    op: 'DecodeJpeg',
    inputs: ['DecodeJpeg/contents'],
    attrs: { channels: { kind: 'int', value: 3 } },
  },
  op('Cast', 'Cast', ['DecodeJpeg'], { SrcT: dtypeAttr('uint8'), DstT: dtypeAttr('float32') }),
  constNode('ExpandDims/dim', intTensor([], [0])),
  op('ExpandDims', 'ExpandDims', ['Cast', 'ExpandDims/dim']),
  constNode('ResizeBilinear/size', intTensor([2], [299, 299])),
  op('ResizeBilinear', 'ResizeBilinear', ['ExpandDims', 'ResizeBilinear/size']),
  constNode('Sub/y', floatTensor([], [128])),
  op('Sub', 'Sub', ['ResizeBilinear', 'Sub/y']),
  constNode('Mul/y', floatTensor([], [0.0078125])),
  op('Mul', 'Mul', ['Sub', 'Mul/y']),
]

function contents(): Record<string, Attr> {
  const value = { dtype: 'string', shape: [], data: [Buffer.from('a picture')] } as const
  return { dtype: dtypeAttr('string'), value: { kind: 'tensor', value } }
}

/** TensorFlow Hub's modules take 0 to 1 and scale themselves. */
const hub: GraphNode[] = [
  placeholderNode('Placeholder', 'float32', [-1, 96, 96, 3]),
  constNode('module/mul/y', floatTensor([], [2])),
  op('module/mul', 'Mul', ['Placeholder', 'module/mul/y']),
  constNode('module/sub/y', floatTensor([], [1])),
  op('module/sub', 'Sub', ['module/mul', 'module/sub/y']),
]

const BEGINNINGS = {
  inception: { nodes: decoding, last: 'Mul' },
  mobilenet: { nodes: [placeholderNode('input', 'float32', [1, 160, 160, 3])], last: 'input' },
  hub: { nodes: hub, last: 'module/sub' },
}

/** Leaves what retrain.py left, but for a network of one convolution. */
export async function retrained(root: string, kind: keyof typeof BEGINNINGS, labels: readonly string[]): Promise<void> {
  const { nodes, last } = BEGINNINGS[kind]
  const count = 2
  const layout = layoutOf(root)
  const graph = [
    ...nodes,
    constNode('conv/weights', floatTensor([3, 3, 3, CHANNELS], wave(27 * CHANNELS, 1.7))),
    op('conv', 'Conv2D', [last, 'conv/weights'], { strides: ints(1, 8, 8, 1), padding: text('SAME') }),
    op('conv/relu', 'Relu', ['conv']),
    constNode('pool_3/axes', intTensor([2], [1, 2])),
    op('pool_3', 'Mean', ['conv/relu', 'pool_3/axes'], { Tidx: dtypeAttr('int32') }),
    constNode('pool_3/_reshape/shape', intTensor([2], [1, CHANNELS])),
    op('pool_3/_reshape', 'Reshape', ['pool_3', 'pool_3/_reshape/shape'], { Tshape: dtypeAttr('int32') }),
    op('input_1/BottleneckInputPlaceholder', 'PlaceholderWithDefault', ['pool_3/_reshape'], {
      dtype: dtypeAttr('float32'),
      shape: { kind: 'shape', value: [-1, CHANNELS] },
    }),
    constNode('final_training_ops/weights/final_weights', floatTensor([CHANNELS, count], wave(CHANNELS * count, 0.9))),
    op('final_training_ops/weights/final_weights/read', 'Identity', ['final_training_ops/weights/final_weights']),
    constNode('final_training_ops/biases/final_biases', floatTensor([count], [0.1, -0.1])),
    op('final_training_ops/Wx_plus_b/MatMul', 'MatMul', [
      'input_1/BottleneckInputPlaceholder',
      'final_training_ops/weights/final_weights/read',
    ]),
    op('final_training_ops/Wx_plus_b/add', 'Add', [
      'final_training_ops/Wx_plus_b/MatMul',
      'final_training_ops/biases/final_biases',
    ]),
    op('final_result', 'Softmax', ['final_training_ops/Wx_plus_b/add']),
  ]
  await fs.outputFile(layout.graph, writeGraphDef({ nodes: graph }))
  await fs.writeFile(layout.labels, labels.map(label => `${label}\n`).join(''))
}
