import { type Attr, constantOf, constNode, dtypeAttr, type Graph, type GraphNode } from './graph.ts'
import { floatsToHalves, type Tensor } from './tensor.ts'

/** Biases and normalisation constants are small in file and large in effect: they stay as they are. */
export const SMALL = 1024

/**
 * The same graph with its large weights stored as float16: half the size, and a Cast each, which runtimes compute once
 * when they load it. What runs is float32 still.
 */
export function withHalfWeights(graph: Graph): Graph {
  return { ...graph, nodes: graph.nodes.flatMap(halved) }
}

function halved(node: GraphNode): GraphNode[] {
  const value = constantOf(node)
  if (value?.dtype !== 'float32' || value.data.length <= SMALL) return [node]
  const half: Tensor = { dtype: 'float16', shape: value.shape, data: floatsToHalves(value.data as Float32Array) }
  const attrs: Record<string, Attr> = {
    SrcT: dtypeAttr('float16'),
    DstT: dtypeAttr('float32'),
    Truncate: { kind: 'bool', value: false },
  }
  return [constNode(`${node.name}/half`, half), { name: node.name, op: 'Cast', inputs: [`${node.name}/half`], attrs }]
}
