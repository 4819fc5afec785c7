import type { Graph } from '../graph/graph.ts'
import { lookUp } from '../graph/lookUp.ts'
import type { Tensor, TensorFlow } from './tensorflowApi.ts'

/** Ops that TF.js has under another name, or that come to another op where a network is only run. */
const SAME_AS: Readonly<Record<string, string>> = {
  CheckNumerics: 'Identity',
  PreventGradient: 'Identity',
  // TF.js has it, but frees what it passes on while that is still in use.
  PlaceholderWithDefault: 'Identity',
  BiasAddV1: 'BiasAdd',
  Inv: 'Reciprocal',
  _FusedDepthwiseConv2dNative: 'FusedDepthwiseConv2dNative',
}

/** The graph with the ops' names that TF.js knows. */
export function withKnownOps(graph: Graph): Graph {
  return { ...graph, nodes: graph.nodes.map(node => ({ ...node, op: lookUp(SAME_AS, node.op) ?? node.op })) }
}

/** Teaches TF.js the normalisation of Inception's graph of 2015, which TensorFlow itself removed from new graphs. */
export function registerOldOps(tf: TensorFlow): void {
  tf.registerOp('BatchNormWithGlobalNormalization', ({ inputs, attrs }) => {
    const [x, mean, variance, beta, gamma] = inputs as [Tensor, Tensor, Tensor, Tensor, Tensor]
    const scale = attrs.scale_after_normalization === true ? gamma : undefined
    return tf.batchNorm(x, mean, variance, beta, scale, Number(attrs.variance_epsilon))
  })
}
