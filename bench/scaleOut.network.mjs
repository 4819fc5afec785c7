// A network of one convolution with a given number of features: for rows of that width.
import { writeFileSync } from 'node:fs'
import { writeGraphDef } from '../dist/formats/graphdef/write.js'
import { constNode, dtypeAttr, placeholderNode } from '../dist/graph/graph.js'
import { floatTensor, intTensor } from '../dist/graph/tensor.js'

export function writeNetwork(path, features) {
  const ints = (...value) => ({ kind: 'ints', value })
  const text = value => ({ kind: 'string', value })
  const T = dtypeAttr('float32')
  const kernel = Float32Array.from({ length: 27 * features }, (_, at) => Math.sin(at * 1.7))
  const strided = { T, strides: ints(1, 4, 4, 1), padding: text('SAME'), data_format: text('NHWC') }
  const nodes = [
    placeholderNode('input', 'float32', [-1, 32, 32, 3]),
    constNode('w', floatTensor([3, 3, 3, features], kernel)),
    { name: 'conv', op: 'Conv2D', inputs: ['input', 'w'], attrs: strided },
    { name: 'relu', op: 'Relu', inputs: ['conv'], attrs: { T } },
    constNode('axes', intTensor([2], [1, 2])),
    {
      name: 'features',
      op: 'Mean',
      inputs: ['relu', 'axes'],
      attrs: { T, keep_dims: { kind: 'bool', value: false } },
    },
  ]
  writeFileSync(path, writeGraphDef({ nodes, producer: 24 }))
  return path
}
