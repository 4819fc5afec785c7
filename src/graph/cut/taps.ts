import {
  constantBehind,
  constNode,
  dataInputs,
  dtypeAttr,
  type Graph,
  type GraphNode,
  nodesByName,
  parseRef,
} from '../graph.ts'
import { floatTensor, intTensor, numbersOf } from '../tensor.ts'
import { neededNodes, reachableFrom } from '../traverse.ts'
import { blockEnds, type Step } from './blocks.ts'
import { isConvolution } from './input.ts'
import { OWN } from './own.ts'

/** A cut graph's places to read. */
export interface Taps {
  /** The maps that end the blocks before the one that is pooled, in the order they run. */
  readonly maps: readonly string[]
  /** Axes of height and width. */
  readonly axes: readonly [number, number]
}

/**
 * Where a cut and simplified graph's blocks end; none where its structure does not show, or where the bottleneck is not
 * a mean or maximum over a map.
 */
export function findTaps(graph: Graph, input: string, bottleneck: string): Taps {
  const byName = nodesByName(graph)
  const pooling = poolingBehind(byName, bottleneck)
  const axes = pooling === undefined ? undefined : axesOf(pooling, byName)
  if (pooling === undefined || axes === undefined) return { maps: [], axes: [1, 2] }
  const map = parseRef(pooling.inputs[0]!).name
  const reached = reachableFrom(graph, input)
  const steps = neededNodes(graph, [map], new Set([input]))
    .filter(({ name }) => reached.has(name))
    .map((node): Step => ({ name: node.name, inputs: inputNames(node), kind: kindOf(node, byName) }))
  if (steps[0]?.name !== input) return { maps: [], axes }
  return { maps: blockEnds(steps).filter(name => name !== map), axes }
}

const SHAPING = new Set(['Identity', 'Squeeze', 'Reshape'])

function poolingBehind(byName: ReadonlyMap<string, GraphNode>, bottleneck: string): GraphNode | undefined {
  let node = byName.get(parseRef(bottleneck).name)
  while (node && SHAPING.has(node.op)) node = byName.get(parseRef(node.inputs[0] ?? '').name)
  return node && /^(Mean|Max)$/.test(node.op) ? node : undefined
}

function axesOf(pooling: GraphNode, byName: ReadonlyMap<string, GraphNode>): [number, number] | undefined {
  const constant = constantBehind(pooling.inputs[1], byName)
  const axes = constant === undefined ? [] : numbersOf(constant).map(axis => (axis < 0 ? axis + 4 : axis))
  const sorted = axes.sort().join()
  return sorted === '1,2' ? [1, 2] : sorted === '2,3' ? [2, 3] : undefined
}

function inputNames(node: GraphNode): string[] {
  return dataInputs(node).map(ref => parseRef(ref).name)
}

function kindOf(node: GraphNode, byName: ReadonlyMap<string, GraphNode>): Step['kind'] {
  if (!isConvolution(node)) return 'plain'
  const shape = constantBehind(node.inputs[1], byName)?.shape
  return node.op.includes('Depthwise') || shape?.[0] !== 1 || shape[1] !== 1 ? 'spatial' : 'pointwise'
}

/** Added to variances, so that a map that is the same everywhere has a square root with a slope. */
const EPSILON = 1e-6

/**
 * The graph with one more end: the bottleneck and behind it, for each map, the standard deviations of its channels over
 * all places, [n, features + channels of the maps]. In two passes, √(mean((x - mean(x))²) + 1e-6): the difference of two
 * means of squares would cancel in float32. Ops of 2017 do, so that every format and runtime has them.
 *
 * @param features length of the bottleneck
 * @returns the graph, and the name of its new end
 */
export function withTaps(
  graph: Graph,
  bottleneck: string,
  features: number,
  { maps, axes }: Taps,
): { readonly graph: Graph; readonly end: string } {
  const prefix = graph.nodes.some(({ name }) => name.startsWith(OWN)) ? `${OWN}more/` : OWN
  const own = (name: string) => `${prefix}${name}`
  const T = dtypeAttr('float32')
  const Tidx = dtypeAttr('int32')
  const node = (op: string, name: string, inputs: string[], attrs: GraphNode['attrs'] = {}): GraphNode => {
    return { op, name, inputs, attrs: { T, ...attrs } }
  }
  const mean = (name: string, of: string, keep: boolean) =>
    node('Mean', name, [of, own('places')], { Tidx, keep_dims: { kind: 'bool', value: keep } })
  const deviations = maps.flatMap((map, at) => {
    const part = (name: string) => own(`deviation_${at}/${name}`)
    return [
      mean(part('mean'), map, true),
      node('Sub', part('centred'), [map, part('mean')]),
      node('Mul', part('squares'), [part('centred'), part('centred')]),
      mean(part('variance'), part('squares'), false),
      node('Add', part('positive'), [part('variance'), own('epsilon')]),
      node('Sqrt', part('root'), [part('positive')]),
    ]
  })
  const roots = maps.map((_, at) => own(`deviation_${at}/root`))
  const end = own('layers')
  return {
    end,
    graph: {
      ...graph,
      nodes: [
        ...graph.nodes,
        constNode(own('places'), intTensor([2], [...axes])),
        constNode(own('epsilon'), floatTensor([], Float32Array.of(EPSILON))),
        constNode(own('shape'), intTensor([2], [-1, features])),
        node('Reshape', own('last'), [bottleneck, own('shape')], { Tshape: Tidx }),
        ...deviations,
        constNode(own('axis'), intTensor([], [1])),
        node('ConcatV2', end, [own('last'), ...roots, own('axis')], {
          N: { kind: 'int', value: 1 + roots.length },
          Tidx,
        }),
      ],
    },
  }
}
