import { UserError } from '../../errors.ts'
import { constantBehind, dataInputs, type Graph, type GraphNode, nodesByName, numbersAttr } from '../graph.ts'
import { numbersOf } from '../tensor.ts'
import { neededNodes, reachableFrom, terminals } from '../traverse.ts'
import { isConvolution } from './input.ts'
import { OWN } from './own.ts'

/** Ops that see neighbouring pixels: after the global pooling there is none. */
const SPATIAL = new Set([
  'MaxPool',
  'MaxPoolV2',
  'AvgPool',
  'ResizeBilinear',
  'ResizeNearestNeighbor',
  'SpaceToBatchND',
  'LRN',
])

/**
 * The name of the last global pooling: a mean, maximum or average over the picture after which nothing looks at
 * neighbouring pixels again. Found by structure, so that the names people gave their nodes do not matter.
 * Squeeze-and-excite blocks pool globally too, but convolutions follow them.
 *
 * @param input the node fed with pictures
 * @throws UserError E_NO_POOLING
 */
export function findBottleneck(graph: Graph, input: string): string {
  const byName = nodesByName(graph)
  const fromInput = reachableFrom(graph, input)
  const order = neededNodes(graph, terminals(graph))
  const spatial = order.filter(node => isSpatial(node, byName))
  const beforeSpatial = new Set(neededNodes(graph, spatial.flatMap(dataInputs)).map(({ name }) => name))
  for (const { name } of order.filter(node => isPooling(node, byName)).reverse()) {
    if (fromInput.has(name) && !name.includes(OWN) && !beforeSpatial.has(name)) return name
  }
  throw new UserError(
    'E_NO_POOLING',
    'The graph has no global pooling, where the features of a whole picture would come out.',
    {
      hint: 'Name the node that gives the features with --bottleneck NODE.',
    },
  )
}

function isPooling(node: GraphNode, byName: ReadonlyMap<string, GraphNode>): boolean {
  if (node.op === 'Mean' || node.op === 'Max') {
    const axes = constantBehind(node.inputs[1], byName)
    const sorted =
      axes === undefined
        ? ''
        : numbersOf(axes)
            .map(axis => (axis < 0 ? axis + 4 : axis))
            .sort()
            .join()
    return sorted === '1,2' || sorted === '2,3'
  }
  if (node.op !== 'AvgPool') return false
  // A pooling window of 2 or 3 is a layer; the last one covers the whole map.
  return Math.max(...numbersAttr(node, 'ksize')) > 3
}

function isSpatial(node: GraphNode, byName: ReadonlyMap<string, GraphNode>): boolean {
  if (SPATIAL.has(node.op)) return true
  if (!isConvolution(node)) return false
  const weights = constantBehind(node.inputs[1], byName)
  if (weights === undefined) return true
  return weights.shape[0] !== 1 || weights.shape[1] !== 1
}
