import { constantOf, dataInputs, type Graph, type GraphNode, nodesByName, parseRef } from '../graph.ts'
import { elementCount, numbersOf } from '../tensor.ts'
import { consumersOf } from '../traverse.ts'

/** What a graph does itself to one encoded picture before its first convolution. */
export interface DecodingHead {
  /** The last node of the head: what it gives is the network's input. */
  readonly input: string
  readonly size?: number
  /** The network sees (x - mean) / scale. */
  readonly mean: number
  readonly scale: number
}

const ROUND = new Set(['Cast', 'ExpandDims', 'Squeeze', 'Reshape', 'Identity'])

/**
 * Finds the head that decodes, resizes and scales one JPEG, as the Inception graph of 2015 has it: DecodeJpeg, Cast,
 * ExpandDims, ResizeBilinear, Sub, Mul. One chain, in any order, ending before the first node of another kind.
 */
export function decodingHead(graph: Graph): DecodingHead | undefined {
  const decoder = graph.nodes.find(node => /^Decode(Jpeg|Png|Image|Bmp|Gif|AndCropJpeg)$/.test(node.op))
  if (decoder === undefined) return undefined
  return walk(graph, decoder)
}

/** The scaling that a network does itself right after its input: then pictures go in as they are, 0 to 255. */
export function scalesItself(graph: Graph, input: string): boolean {
  return ownScaling(graph, input) !== undefined
}

/** What that scaling is. A `scale` of about 1 tells that the pictures go in as 0 to 1: TensorFlow Hub's modules do so. */
export function ownScaling(graph: Graph, input: string): Pick<DecodingHead, 'mean' | 'scale'> | undefined {
  const node = nodesByName(graph).get(input)
  if (node === undefined) return undefined
  const { mean, scale } = walk(graph, node)
  return mean !== 0 || scale !== 1 ? { mean, scale } : undefined
}

function walk(graph: Graph, start: GraphNode): DecodingHead {
  const consumers = consumersOf(graph)
  const byName = nodesByName(graph)
  let node = start
  // x becomes (x - mean) / scale, step by step.
  let mean = 0
  let scale = 1
  let size: number | undefined
  for (;;) {
    const next = consumers.get(node.name) ?? []
    const follower = next[0]
    if (next.length !== 1 || follower === undefined) break
    const operand = constantOperand(follower, node.name, byName)
    const scalar = operand !== undefined && operand.length === 1 ? operand[0]! : undefined
    if (/^Resize/.test(follower.op) && operand !== undefined) size = operand[0]
    else if (follower.op === 'Sub' && scalar !== undefined) mean += scalar * scale
    else if (/^Add(V2)?$/.test(follower.op) && scalar !== undefined) mean -= scalar * scale
    else if (follower.op === 'Mul' && scalar !== undefined) scale /= scalar
    else if (/^(RealDiv|Div)$/.test(follower.op) && scalar !== undefined) scale *= scalar
    else if (!ROUND.has(follower.op)) break
    node = follower
  }
  return { input: node.name, mean, scale, ...(size === undefined ? {} : { size }) }
}

function constantOperand(
  node: GraphNode,
  from: string,
  byName: ReadonlyMap<string, GraphNode>,
): readonly number[] | undefined {
  const other = dataInputs(node).find(input => parseRef(input).name !== from)
  const value = other === undefined ? undefined : constantOf(byName.get(parseRef(other).name))
  if (value === undefined || value.dtype === 'string' || elementCount(value.shape) > 4) return undefined
  return numbersOf(value)
}
