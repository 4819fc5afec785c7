import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { writeGraphDef } from '../../dist/formats/graphdef/write.js'
import { constNode, dtypeAttr, placeholderNode } from '../../dist/graph/graph.js'
import { floatTensor, intTensor } from '../../dist/graph/tensor.js'
import { run } from './fault.mjs'

const FLAGS = '--bottleneck features --input-size 32 --layers last --head softmax --steps 50 --folds 2 --no-report'

/** A trained working folder whose network is one convolution: what it takes is the writing. */
export async function tinyFolder(folder, itc) {
  const [network, tfFiles] = [join(folder, 'tiny.pb'), join(folder, 'tf_files')]
  const ints = (...value) => ({ kind: 'ints', value })
  const T = dtypeAttr('float32')
  const nodes = [
    placeholderNode('input', 'float32', [-1, 32, 32, 3]),
    constNode(
      'w',
      floatTensor(
        [3, 3, 3, 4],
        Float32Array.from({ length: 108 }, (_, at) => Math.sin(at * 1.7)),
      ),
    ),
    {
      name: 'conv',
      op: 'Conv2D',
      inputs: ['input', 'w'],
      attrs: {
        T,
        strides: ints(1, 4, 4, 1),
        padding: { kind: 'string', value: 'SAME' },
        data_format: { kind: 'string', value: 'NHWC' },
      },
    },
    { name: 'relu', op: 'Relu', inputs: ['conv'], attrs: { T } },
    constNode('axes', intTensor([2], [1, 2])),
    { name: 'features', op: 'Mean', inputs: ['relu', 'axes'], attrs: { T, keep_dims: { kind: 'bool', value: false } } },
  ]
  mkdirSync(folder, { recursive: true })
  writeFileSync(network, writeGraphDef({ nodes }))
  for (const [label, background] of [
    ['green', '#1eb428'],
    ['red', '#dc1e1e'],
  ]) {
    mkdirSync(join(tfFiles, 'data', label), { recursive: true })
    for (let at = 0; at < 6; at++) {
      const picture = sharp({ create: { width: 32 + at, height: 32, channels: 3, background } })
      writeFileSync(join(tfFiles, 'data', label, `${at}.png`), await picture.png().toBuffer())
    }
  }
  const flags = ['--backbone', network, ...FLAGS.split(' ')]
  const ended = await run([itc, 'train', tfFiles, ...flags])
  if (ended.code !== 0) throw new Error(ended.text)
  return { tfFiles, flags }
}
