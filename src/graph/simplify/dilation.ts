import {
  constantOf,
  constNode,
  dtypeAttr,
  type Graph,
  type GraphNode,
  nodesByName,
  numbersAttr,
  stringAttr,
} from '../graph.ts'
import { intTensor, numbersOf } from '../tensor.ts'
import { useCounts } from '../traverse.ts'

/**
 * TensorFlow 1 ran a dilated convolution as SpaceToBatchND, Conv2D, BatchToSpaceND. It becomes the one convolution it
 * stands for: zeros around the picture, less what is cropped afterwards, and dilations.
 */
export function foldDilation(graph: Graph, outputs: readonly string[]): Graph {
  const byName = nodesByName(graph)
  const counts = useCounts(graph)
  const single = (name: string | undefined): GraphNode | undefined =>
    name !== undefined && counts.get(name) === 1 && !outputs.includes(name) ? byName.get(name) : undefined
  const nodes = graph.nodes.flatMap(node => {
    if (node.op !== 'BatchToSpaceND') return [node]
    const conv = single(node.inputs[0])
    const before = conv && /^(Conv2D|DepthwiseConv2dNative)$/.test(conv.op) ? single(conv.inputs[0]) : undefined
    if (conv === undefined || before?.op !== 'SpaceToBatchND' || !isPlain(conv)) return [node]
    const [block, paddings] = [1, 2].map(i => numbers(before.inputs[i], byName))
    const [outBlock, crops] = [1, 2].map(i => numbers(node.inputs[i], byName))
    if (block?.length !== 2 || block.join() !== outBlock?.join() || !paddings || !crops) return [node]
    const pads = paddings.map((size, i) => size - crops[i]!)
    // Cropping more than was padded would need a slice: left to the general form.
    if (pads.some(size => size < 0)) return [node]
    return dilated(node.name, before, conv, block, pads)
  })
  return { ...graph, nodes }
}

function dilated(
  name: string,
  before: GraphNode,
  conv: GraphNode,
  block: readonly number[],
  pads: readonly number[],
): GraphNode[] {
  const amounts = constNode(`${name}/paddings`, intTensor([4, 2], [0, 0, ...pads, 0, 0]))
  const attrs = { T: dtypeAttr('float32'), Tpaddings: dtypeAttr('int32') }
  const padding = { name: `${name}/padded`, op: 'Pad', inputs: [before.inputs[0]!, amounts.name], attrs }
  const dilations = { kind: 'ints', value: [1, block[0]!, block[1]!, 1] } as const
  return [
    amounts,
    padding,
    { name, op: conv.op, inputs: [padding.name, conv.inputs[1]!], attrs: { ...conv.attrs, dilations } },
  ]
}

function isPlain(conv: GraphNode): boolean {
  return (
    stringAttr(conv, 'padding') === 'VALID' &&
    stringAttr(conv, 'data_format', 'NHWC') === 'NHWC' &&
    [...numbersAttr(conv, 'strides'), ...numbersAttr(conv, 'dilations')].every(size => size === 1)
  )
}

function numbers(name: string | undefined, byName: ReadonlyMap<string, GraphNode>): number[] | undefined {
  const value = constantOf(byName.get(name ?? ''))
  return value === undefined ? undefined : numbersOf(value)
}
