import { UserError } from '../../errors.ts'
import { type Graph, type GraphNode, numberAttr, shapeAttr } from '../graph.ts'
import { DTYPE_CODES } from '../tensor.ts'
import { neededNodes } from '../traverse.ts'
import { decodingHead } from './decodingHead.ts'

const CONVOLUTIONS = new Set([
  'Conv2D',
  'DepthwiseConv2dNative',
  '_FusedConv2D',
  'FusedDepthwiseConv2dNative',
  '_FusedDepthwiseConv2dNative',
])

export function isConvolution(node: GraphNode): boolean {
  return CONVOLUTIONS.has(node.op)
}

/**
 * The name of the node to feed pictures into: the placeholder that leads to convolutions, or, in graphs that begin by
 * decoding a JPEG, the last node of that beginning.
 *
 * @throws UserError E_NO_INPUT, E_INPUTS when there are several
 */
export function findInput(graph: Graph): string {
  const head = decodingHead(graph)
  if (head !== undefined) return head.input
  const convolutions = graph.nodes.filter(isConvolution).map(({ name }) => name)
  const beforeConvolutions = new Set(neededNodes(graph, convolutions).map(({ name }) => name))
  const leads = ({ name }: GraphNode) => beforeConvolutions.has(name)
  let candidates = graph.nodes.filter(node => node.op === 'Placeholder' && mayBePictures(node) && leads(node))
  if (candidates.length === 0) {
    candidates = graph.nodes.filter(node => node.op === 'PlaceholderWithDefault' && mayBePictures(node) && leads(node))
  }
  if (candidates.length === 1) return candidates[0]!.name
  const names = candidates.map(node => node.name)
  if (names.length > 1) {
    throw new UserError('E_INPUTS', `The graph has several inputs: "${names.join('", "')}".`, {
      hint: 'Choose one with --input NODE.',
    })
  }
  throw new UserError('E_NO_INPUT', 'The graph has no input that leads to a convolution.', {
    hint: 'Name the node that takes the picture with --input NODE.',
  })
}

function mayBePictures(node: GraphNode): boolean {
  const dtype = numberAttr(node, 'dtype', DTYPE_CODES.float32)
  if (![DTYPE_CODES.float32, DTYPE_CODES.uint8, DTYPE_CODES.float16].some(code => code === dtype)) return false
  const shape = shapeAttr(node)
  // Graphs older than TensorFlow 1.0 leave the shape out, which reads as [].
  if (shape === null || shape.length === 0) return true
  return shape.length === 4 && [shape[1], shape[3]].some(size => size === 3 || size === -1)
}
