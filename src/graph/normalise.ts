import { constNode, dtypeAttr, type GraphNode } from './graph.ts'
import { floatTensor } from './tensor.ts'

/** What keeps a block of zeros from a division by zero. */
export const LEAST_SUM = 1e-7

/** Which block each column of a row belongs to, as ones and zeros: [width, blocks]. Its products with rows are sums by block. */
export function blockMembers(blocks: readonly number[]): Float32Array {
  const width = blocks.reduce((sum, length) => sum + length, 0)
  const members = new Float32Array(width * blocks.length)
  let column = 0
  for (const [block, length] of blocks.entries()) {
    for (let at = 0; at < length; at++) members[column++ * blocks.length + block] = 1
  }
  return members
}

/**
 * Nodes that normalise a row's blocks, [n, width]: sign(x)·√(|x| / Σ|x|), by parts above and below zero, since not every
 * runtime has a sign.
 *
 * @param features the node of the rows
 * @param target name of the last node; those before it lie below
 */
export function normaliseNodes(features: string, blocks: readonly number[], target: string): GraphNode[] {
  const T = dtypeAttr('float32')
  const own = (name: string) => `${target}/${name}`
  const node = (op: string, name: string, inputs: readonly string[], attrs: GraphNode['attrs'] = {}): GraphNode => {
    return { op, name, inputs, attrs: { T, ...attrs } }
  }
  const product = (name: string, left: string, transposed: boolean): GraphNode =>
    node('MatMul', own(name), [own(left), own('blocks')], {
      transpose_a: { kind: 'bool', value: false },
      transpose_b: { kind: 'bool', value: transposed },
    })
  const members = blockMembers(blocks)
  return [
    constNode(own('blocks'), floatTensor([members.length / blocks.length, blocks.length], members)),
    constNode(own('least'), floatTensor([], Float32Array.of(LEAST_SUM))),
    constNode(own('one'), floatTensor([], Float32Array.of(1))),
    node('Neg', own('turned'), [features]),
    node('Relu', own('above'), [features]),
    node('Relu', own('below'), [own('turned')]),
    node('Add', own('sizes'), [own('above'), own('below')]),
    product('sums', 'sizes', false),
    node('Add', own('positive'), [own('sums'), own('least')]),
    node('RealDiv', own('factors'), [own('one'), own('positive')]),
    product('scale', 'factors', true),
    ...['above', 'below'].flatMap(part => [
      node('Mul', own(`${part}/shares`), [own(part), own('scale')]),
      node('Sqrt', own(`${part}/root`), [own(`${part}/shares`)]),
    ]),
    node('Sub', target, [own('above/root'), own('below/root')]),
  ]
}
