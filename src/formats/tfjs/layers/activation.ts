import type { GraphOfLayers } from './build.ts'
import type { Config } from './config.ts'

/** Activations that TensorFlow has as one op. */
const OPS: Readonly<Record<string, string>> = {
  relu: 'Relu',
  relu6: 'Relu6',
  sigmoid: 'Sigmoid',
  tanh: 'Tanh',
  softmax: 'Softmax',
  elu: 'Elu',
  selu: 'Selu',
  softplus: 'Softplus',
  softsign: 'Softsign',
}

/** Applies an activation by Keras' name for it. @returns what refers to the result */
export function activated(graph: GraphOfLayers, config: Config, input: string, kind: string, name: string): string {
  if (kind === 'linear') return input
  const op = OPS[kind.toLowerCase()]
  if (op !== undefined) return graph.op(name, op, [input])
  if (kind === 'swish' || kind === 'silu') {
    return graph.op(name, 'Mul', [input, graph.op(`${name}/sigmoid`, 'Sigmoid', [input])])
  }
  if (kind === 'hard_sigmoid' || kind === 'hardSigmoid') return hardSigmoid(graph, input, name)
  throw config.unknown(`with the activation "${kind}"`)
}

/** Keras' min(1, max(0, 0.2 x + 0.5)). */
function hardSigmoid(graph: GraphOfLayers, input: string, name: string): string {
  const slope = graph.op(`${name}/slope`, 'Mul', [input, graph.floats(`${name}/fifth`, [], [0.2])])
  const shifted = graph.op(`${name}/shift`, 'AddV2', [slope, graph.floats(`${name}/half`, [], [0.5])])
  const above = graph.op(`${name}/above`, 'Maximum', [shifted, graph.floats(`${name}/zero`, [], [0])])
  return graph.op(name, 'Minimum', [above, graph.floats(`${name}/one`, [], [1])])
}

/** The layer ReLU, with its limits. */
export function reluLayer(graph: GraphOfLayers, config: Config, input: string): string {
  const slope = config.number('negative_slope', 0)
  if (config.number('threshold', 0) !== 0) throw config.unknown('a ReLU with a threshold')
  if (slope !== 0) return graph.op(config.name, 'LeakyRelu', [input], { alpha: { kind: 'float', value: slope } })
  if (!config.has('max_value')) return graph.op(config.name, 'Relu', [input])
  const most = config.number('max_value', 6)
  if (most === 6) return graph.op(config.name, 'Relu6', [input])
  const relu = graph.op(`${config.name}/relu`, 'Relu', [input])
  return graph.op(config.name, 'Minimum', [relu, graph.floats(`${config.name}/most`, [], [most])])
}
