import type { GraphNetwork } from '../backbone/backbone.ts'
import { constNode, dtypeAttr, type Graph, type GraphNode, parseRef } from '../graph/graph.ts'
import { normaliseNodes } from '../graph/normalise.ts'
import { floatTensor, intTensor } from '../graph/tensor.ts'
import { unfused } from '../graph/unfuse.ts'
import type { Head } from '../head/head.ts'

/** The node with the scores, [n, categories], as retrain.py called it and label_image.py asks for it. */
export const RESULT = 'final_result'
/** The node with the logits, [n, categories]: what the softmax takes. */
export const LOGITS = 'final_training_ops/Wx_plus_b/add'
/** Nodes of the head; the rest of their names are retrain.py's too. */
const HEAD = 'final_training_ops'
/** An attribute of the last node that tells a graph of ours; TensorFlow lets names with a `_` pass. */
const MARK = '_made_by'
/** It as a GraphDef's bytes: an entry of the map `attr`, key 1 and value 2, the AttrValue's `s` being 2. */
const MARK_BYTES = Buffer.from(`\n${String.fromCharCode(MARK.length)}${MARK}\x12\x05\x12\x03itc`)

/** Whether a GraphDef was written by itc. */
export function isMarked(graphDef: Buffer): boolean {
  return graphDef.includes(MARK_BYTES)
}

/** Where a bottleneck becomes [n, features]. */
const BOTTLENECK = 'bottleneck'

/** The node with the features of this many backbones side by side, [n, features]. */
export function featuresName(backbones: number): string {
  return backbones === 1 ? BOTTLENECK : `${BOTTLENECK}s`
}

/** The node that takes the pictures, prepared as the recipe of the backbone at `place` says. */
export function inputName(place: number): string {
  return numbered('input', place)
}

/** Any backbone's name, by its place: `input`, `input_1`, … as TensorFlow numbers them. */
function numbered(name: string, place: number): string {
  return place === 0 ? name : `${name}_${place}`
}

/** Cut networks side by side in one graph, ready for a head. */
export interface JoinedBackbones {
  readonly graph: Graph
  /** Their bottleneck nodes, in turn. */
  readonly bottlenecks: readonly string[]
}

/**
 * Puts cut networks into one graph: their inputs are called as `inputName` says. A lone network keeps its other names, so
 * that whoever knows the network finds them.
 */
export function joinBackbones(networks: readonly GraphNetwork[]): JoinedBackbones {
  const renamed = networks.map((network, place) => withNames(network, place))
  const producers = networks.map(({ graph }) => graph.producer ?? 0)
  const consumers = networks.map(({ graph }) => graph.minConsumer ?? 0)
  return {
    graph: {
      nodes: renamed.flatMap(({ nodes }) => nodes),
      // A graph is as young as its youngest op. What states no version is read as the writer's own.
      ...(producers.every(version => version > 0) && { producer: Math.max(...producers) }),
      minConsumer: Math.max(...consumers),
    },
    bottlenecks: renamed.map(({ bottleneck }) => bottleneck),
  }
}

function withNames({ graph, input, bottleneck }: GraphNetwork, place: number) {
  const taken = graph.nodes.some(({ name }) => name !== input && isReserved(name))
  const prefix = place > 0 || taken ? `${numbered('backbone', place)}/` : ''
  const nameOf = (name: string) => (name === input ? inputName(place) : prefix + name)
  const reference = (ref: string) => {
    const { name, index, control } = parseRef(ref)
    return `${control ? '^' : ''}${nameOf(name)}${index > 0 ? `:${index}` : ''}`
  }
  const nodes = unfused(graph).nodes.map(node => ({
    ...node,
    name: nameOf(node.name),
    inputs: node.inputs.map(reference),
  }))
  return { nodes, bottleneck: reference(bottleneck) }
}

function isReserved(name: string): boolean {
  return new RegExp(`^(input|${RESULT}|${BOTTLENECK}(_\\d+|s|$)|${HEAD}(/|$)|backbone(_\\d+)?/)`).test(name)
}

/** The head as nodes that follow the bottlenecks: their features side by side, one dense layer, softmax. */
export function headNodes(bottlenecks: readonly string[], features: readonly number[], head: Head): GraphNode[] {
  const T = dtypeAttr('float32')
  const node = (op: string, name: string, inputs: readonly string[], attrs: GraphNode['attrs'] = {}): GraphNode => ({
    op,
    name,
    inputs,
    attrs: { T, ...attrs },
  })
  const flat = bottlenecks.flatMap((bottleneck, place) => {
    const name = numbered(BOTTLENECK, place)
    return [
      constNode(`${name}/shape`, intTensor([2], [-1, features[place]!])),
      node('Reshape', name, [bottleneck, `${name}/shape`], { Tshape: dtypeAttr('int32') }),
    ]
  })
  const names = bottlenecks.map((_, place) => numbered(BOTTLENECK, place))
  const joined =
    names.length === 1
      ? []
      : [
          constNode(`${BOTTLENECK}s/axis`, intTensor([], [1])),
          node('ConcatV2', `${BOTTLENECK}s`, [...names, `${BOTTLENECK}s/axis`], {
            N: { kind: 'int', value: names.length },
            Tidx: dtypeAttr('int32'),
          }),
        ]
  const joinedName = featuresName(names.length)
  const normalised = head.blocks ? normaliseNodes(joinedName, head.blocks, `${HEAD}/normalised`) : []
  const isFalse = { kind: 'bool', value: false } as const
  return [
    ...flat,
    ...joined,
    ...normalised,
    constNode(`${HEAD}/weights/final_weights`, floatTensor([head.width, head.categories], head.weights)),
    constNode(`${HEAD}/biases/final_biases`, floatTensor([head.categories], head.bias)),
    node(
      'MatMul',
      `${HEAD}/Wx_plus_b/MatMul`,
      [head.blocks ? `${HEAD}/normalised` : joinedName, `${HEAD}/weights/final_weights`],
      { transpose_a: isFalse, transpose_b: isFalse },
    ),
    node('Add', LOGITS, [`${HEAD}/Wx_plus_b/MatMul`, `${HEAD}/biases/final_biases`]),
    node('Softmax', RESULT, [LOGITS], { [MARK]: { kind: 'string', value: 'itc' } }),
  ]
}
