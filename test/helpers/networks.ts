import type { Attr, Graph, GraphNode } from '../../src/graph/graph.ts'
import { constNode, dtypeAttr, placeholderNode } from '../../src/graph/graph.ts'
import { floatTensor, intTensor } from '../../src/graph/tensor.ts'

/** Deterministic numbers between -1 and 1. */
export function wave(length: number, seed = 1): Float32Array {
  return Float32Array.from({ length }, (_, i) => Math.sin((i + 1) * 12.9898 * seed))
}

export function node(op: string, name: string, inputs: readonly string[], attrs: Record<string, Attr> = {}): GraphNode {
  return { name, op, inputs, attrs: { T: dtypeAttr('float32'), ...attrs } }
}

export const text = (value: string): Attr => ({ kind: 'string', value })
export const ints = (...value: number[]): Attr => ({ kind: 'ints', value })

function conv(name: string, input: string, shape: readonly number[], stride = 1): GraphNode[] {
  const count = shape.reduce((x, y) => x * y, 1)
  return [
    constNode(
      `${name}/w`,
      floatTensor(
        shape,
        wave(count, shape[2]).map(value => value / Math.sqrt(shape[2]!)),
      ),
    ),
    node('Conv2D', name, [input, `${name}/w`], {
      strides: ints(1, stride, stride, 1),
      padding: text('SAME'),
      data_format: text('NHWC'),
    }),
  ]
}

/** A small network of the usual parts: conv, two kinds of normalisation, relu6, max pool, global mean, dense, softmax. */
export function smallNetwork(): Graph {
  const moments = ['gamma', 'beta', 'mean', 'variance'].map((name, i) =>
    constNode(
      `bn/${name}`,
      floatTensor(
        [4],
        wave(4, i + 2).map(value => (i === 3 ? 1 + value / 2 : value)),
      ),
    ),
  )
  const bn = moments.map(moment => moment.name)
  return {
    producer: 24,
    nodes: [
      placeholderNode('input', 'float32', [-1, -1, -1, 3]),
      ...conv('conv', 'input', [3, 3, 3, 4], 2),
      ...moments,
      node('FusedBatchNorm', 'bn', ['conv', ...bn], {
        epsilon: { kind: 'float', value: 0.001 },
        is_training: { kind: 'bool', value: false },
      }),
      node('Relu6', 'relu', ['bn']),
      node('MaxPool', 'pool', ['relu'], { ksize: ints(1, 2, 2, 1), strides: ints(1, 2, 2, 1), padding: text('SAME') }),
      ...conv('conv2', 'pool', [1, 1, 4, 6]),
      constNode('bias', floatTensor([6], wave(6, 9))),
      node('BiasAdd', 'biased', ['conv2', 'bias']),
      constNode('axes', intTensor([2], [1, 2])),
      node('Mean', 'features', ['biased', 'axes'], { keep_dims: { kind: 'bool', value: false } }),
      constNode('dense/w', floatTensor([6, 3], wave(18, 5))),
      node('MatMul', 'dense', ['features', 'dense/w']),
      node('Softmax', 'final_result', ['dense']),
    ],
  }
}
