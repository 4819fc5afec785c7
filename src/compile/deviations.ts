import type { OnnxTap } from '../formats/onnx/taps.ts'
import type { OnnxNode, OnnxTensor } from '../formats/onnx/wire.ts'

/** Added to variances, as where a graph's inner layers are read (graph/cut/taps.ts). */
const EPSILON = 1e-6

/**
 * Nodes that put the standard deviations of maps' channels over all places behind a flat bottleneck: the same numbers as
 * `withTaps` gives, in ops that no version of ONNX changed.
 *
 * @param last the flat bottleneck, [n, features]
 * @param target name of the result, [n, features + channels of the taps]
 */
export function deviations(
  last: string,
  taps: readonly OnnxTap[],
  target: string,
): { nodes: OnnxNode[]; tensors: OnnxTensor[] } {
  const node = (op: string, inputs: readonly string[], output: string, attrs: OnnxNode['attrs'] = {}): OnnxNode => {
    return { op, name: output, inputs, outputs: [output], attrs }
  }
  const roots = taps.map((_, at) => `itc/deviation_${at}/flat`)
  const each = taps.flatMap(({ tensor }, at) => {
    const part = (name: string) => `itc/deviation_${at}/${name}`
    return [
      node('GlobalAveragePool', [tensor], part('mean')),
      node('Sub', [tensor, part('mean')], part('centred')),
      node('Mul', [part('centred'), part('centred')], part('squares')),
      node('GlobalAveragePool', [part('squares')], part('variance')),
      node('Add', [part('variance'), 'itc/epsilon'], part('positive')),
      node('Sqrt', [part('positive')], part('root')),
      node('Flatten', [part('root')], roots[at]!, { axis: 1 }),
    ]
  })
  const epsilon: OnnxTensor = {
    name: 'itc/epsilon',
    type: 'float',
    shape: [1],
    bytes: () => new Uint8Array(Float32Array.of(EPSILON).buffer),
  }
  return { nodes: [...each, node('Concat', [last, ...roots], target, { axis: 1 })], tensors: [epsilon] }
}
