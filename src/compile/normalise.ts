import type { OnnxNode, OnnxTensor } from '../formats/onnx/wire.ts'
import { blockMembers, LEAST_SUM } from '../graph/normalise.ts'
import { bytesOfArray } from '../graph/tensor.ts'

/** The same as `normaliseNodes` of a TensorFlow graph, as ONNX. */
export function normaliseOnnx(
  features: string,
  blocks: readonly number[],
  target: string,
): { nodes: OnnxNode[]; tensors: OnnxTensor[] } {
  const own = (name: string) => `${target}/${name}`
  const node = (op: string, inputs: readonly string[], output: string, attrs: OnnxNode['attrs'] = {}): OnnxNode => {
    return { op, name: output, inputs, outputs: [output], attrs }
  }
  const width = blocks.reduce((sum, length) => sum + length, 0)
  const least = Float32Array.of(LEAST_SUM)
  return {
    nodes: [
      node('Abs', [features], own('sizes')),
      node('Gemm', [own('sizes'), own('blocks')], own('sums')),
      node('Add', [own('sums'), own('least')], own('positive')),
      node('Reciprocal', [own('positive')], own('factors')),
      node('Gemm', [own('factors'), own('blocks')], own('scale'), { transB: 1 }),
      node('Mul', [features, own('scale')], own('shares')),
      node('Neg', [own('shares')], own('turned')),
      ...['shares', 'turned'].flatMap(part => [
        node('Relu', [own(part)], own(`${part}/above`)),
        node('Sqrt', [own(`${part}/above`)], own(`${part}/root`)),
      ]),
      node('Sub', [own('shares/root'), own('turned/root')], target),
    ],
    tensors: [
      {
        name: own('blocks'),
        type: 'float',
        shape: [width, blocks.length],
        bytes: () => bytesOfArray(blockMembers(blocks)),
      },
      { name: own('least'), type: 'float', shape: [1], bytes: () => bytesOfArray(least) },
    ],
  }
}
