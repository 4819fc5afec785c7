import { dtypeAttr } from '../../../graph/graph.ts'
import { activated, reluLayer } from './activation.ts'
import { flag, type GraphOfLayers, ints, real, text } from './build.ts'
import type { Config } from './config.ts'

/** Adds what one layer does; gives what refers to its output. */
type Layer = (graph: GraphOfLayers, config: Config, inputs: readonly string[]) => string

const passing: Layer = (_, __, [input]) => input!

const conv2d: Layer = (graph, config, [input]) => {
  const kernel = graph.needed(config.name, 'kernel')
  return ended(graph, config, graph.op(`${config.name}/conv`, 'Conv2D', [input!, kernel], sliding(config)))
}

const depthwise: Layer = (graph, config, [input]) => {
  const kernel = graph.weights(config.name, 'depthwise_kernel') ?? graph.needed(config.name, 'kernel')
  const conv = graph.op(`${config.name}/conv`, 'DepthwiseConv2dNative', [input!, kernel], sliding(config))
  return ended(graph, config, conv)
}

const separable: Layer = (graph, config, [input]) => {
  const [deep, point] = [graph.needed(config.name, 'depthwise_kernel'), graph.needed(config.name, 'pointwise_kernel')]
  const first = graph.op(`${config.name}/depthwise`, 'DepthwiseConv2dNative', [input!, deep], sliding(config))
  const one = { strides: ints(1, 1, 1, 1), padding: text('VALID'), data_format: text('NHWC') }
  return ended(graph, config, graph.op(`${config.name}/conv`, 'Conv2D', [first, point], one))
}

const dense: Layer = (graph, config, [input]) => {
  const kernel = graph.needed(config.name, 'kernel')
  return ended(graph, config, graph.op(`${config.name}/product`, 'MatMul', [input!, kernel]))
}

/** The bias and the activation that a layer ends with. */
function ended(graph: GraphOfLayers, config: Config, value: string): string {
  const bias = config.flag('use_bias', true) ? graph.needed(config.name, 'bias') : undefined
  const biased = bias === undefined ? value : graph.op(`${config.name}/biased`, 'BiasAdd', [value, bias])
  return activated(graph, config, biased, config.text('activation', 'linear'), config.name)
}

function sliding(config: Config) {
  const [strideY = 1, strideX = 1] = config.numbers('strides', [1, 1])
  const [dilationY = 1, dilationX = 1] = config.numbers('dilation_rate', [1, 1])
  return {
    strides: ints(1, strideY, strideX, 1),
    dilations: ints(1, dilationY, dilationX, 1),
    padding: text(config.text('padding', 'valid').toUpperCase()),
    data_format: text('NHWC'),
  }
}

const batchNormalization: Layer = (graph, config, [input]) => {
  const { name } = config
  const [mean, variance] = [graph.needed(name, 'moving_mean'), graph.needed(name, 'moving_variance')]
  const channels = graph.value(name, 'moving_mean')!.shape[0] ?? 0
  const same = (kind: string, value: number): string =>
    graph.weights(name, kind) ?? graph.floats(`${name}/${kind}`, [channels], new Array<number>(channels).fill(value))
  return graph.op(name, 'FusedBatchNormV3', [input!, same('gamma', 1), same('beta', 0), mean, variance], {
    U: dtypeAttr('float32'),
    epsilon: real(config.number('epsilon', 1e-3)),
    is_training: flag(false),
    data_format: text('NHWC'),
  })
}

const zeroPadding: Layer = (graph, config, [input]) => {
  const given = config.raw('padding')
  const pairs: unknown[] = Array.isArray(given) ? given : [given, given]
  const [rows = [], columns = []] = pairs.map(pair => (Array.isArray(pair) ? pair : [pair, pair]).map(Number))
  const sizes = [0, 0, ...rows, ...columns, 0, 0]
  if (sizes.length !== 8 || !sizes.every(size => Number.isInteger(size) && size >= 0)) {
    throw config.unknown('with such a padding')
  }
  return graph.op(config.name, 'Pad', [input!, graph.ints(`${config.name}/paddings`, sizes, [4, 2])])
}

function pooling(op: string): Layer {
  return (graph, config, [input]) => {
    const [height = 2, width = 2] = config.numbers('pool_size', [2, 2])
    const [strideY = 2, strideX = 2] = config.numbers('strides', [height, width])
    return graph.op(config.name, op, [input!], {
      ksize: ints(1, height, width, 1),
      strides: ints(1, strideY, strideX, 1),
      padding: text(config.text('padding', 'valid').toUpperCase()),
      data_format: text('NHWC'),
    })
  }
}

function globalPooling(op: string): Layer {
  return (graph, config, [input]) => {
    const axes = graph.ints(`${config.name}/axes`, [1, 2])
    return graph.op(config.name, op, [input!, axes], { keep_dims: flag(config.flag('keepdims', false)) })
  }
}

function merging(op: string): Layer {
  return (graph, config, inputs) =>
    inputs.reduce((sum, next, at) =>
      graph.op(at + 1 < inputs.length ? `${config.name}/${at}` : config.name, op, [sum, next]),
    )
}

const concatenate: Layer = (graph, config, inputs) => {
  const axis = graph.ints(`${config.name}/axis`, [config.number('axis', -1)], [])
  return graph.op(config.name, 'ConcatV2', [...inputs, axis], { N: { kind: 'int', value: inputs.length } })
}

/** As many pictures as there are, and the rest as it is asked for. */
function reshaped(graph: GraphOfLayers, { name }: Config, input: string, rest: readonly number[]): string {
  const shape = graph.op(`${name}/shape`, 'Shape', [input])
  const [from, to] = [graph.ints(`${name}/from`, [0]), graph.ints(`${name}/to`, [1])]
  const slice = graph.op(`${name}/batch`, 'StridedSlice', [shape, from, to, graph.ints(`${name}/step`, [1])], {
    T: dtypeAttr('int32'),
    Index: dtypeAttr('int32'),
    shrink_axis_mask: { kind: 'int', value: 1 },
  })
  const sizes = rest.map((size, at) => graph.ints(`${name}/size_${at}`, [size], []))
  const count = { kind: 'int', value: sizes.length + 1 } as const
  const target = graph.op(`${name}/target`, 'Pack', [slice, ...sizes], { T: dtypeAttr('int32'), N: count })
  return graph.op(name, 'Reshape', [input, target], { Tshape: dtypeAttr('int32') })
}

const rescaling: Layer = (graph, config, [input]) => {
  const scale = graph.floats(`${config.name}/scale`, [], [config.number('scale', 1)])
  const offset = graph.floats(`${config.name}/offset`, [], [config.number('offset', 0)])
  return graph.op(config.name, 'AddV2', [graph.op(`${config.name}/scaled`, 'Mul', [input!, scale]), offset])
}

/** Keras' layers of image networks, by their class. */
export const LAYERS: ReadonlyMap<string, Layer> = new Map<string, Layer>([
  ['InputLayer', passing],
  ['Dropout', passing],
  ['SpatialDropout2D', passing],
  ['GaussianNoise', passing],
  ['GaussianDropout', passing],
  ['Conv2D', conv2d],
  ['DepthwiseConv2D', depthwise],
  ['SeparableConv2D', separable],
  ['Dense', dense],
  ['BatchNormalization', batchNormalization],
  ['ZeroPadding2D', zeroPadding],
  ['MaxPooling2D', pooling('MaxPool')],
  ['AveragePooling2D', pooling('AvgPool')],
  ['GlobalAveragePooling2D', globalPooling('Mean')],
  ['GlobalMaxPooling2D', globalPooling('Max')],
  ['Add', merging('AddV2')],
  ['Multiply', merging('Mul')],
  ['Concatenate', concatenate],
  ['Rescaling', rescaling],
  ['Flatten', (graph, config, [input]) => reshaped(graph, config, input!, [-1])],
  ['Reshape', (graph, config, [input]) => reshaped(graph, config, input!, config.numbers('target_shape', [-1]))],
  [
    'Activation',
    (graph, config, [input]) => activated(graph, config, input!, config.text('activation', 'linear'), config.name),
  ],
  ['ReLU', (graph, config, [input]) => reluLayer(graph, config, input!)],
  ['Softmax', (graph, config, [input]) => graph.op(config.name, 'Softmax', [input!])],
  ['ELU', (graph, config, [input]) => graph.op(config.name, 'Elu', [input!])],
  [
    'LeakyReLU',
    (graph, config, [input]) =>
      graph.op(config.name, 'LeakyRelu', [input!], { alpha: real(config.number('alpha', 0.3)) }),
  ],
])
