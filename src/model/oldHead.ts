import { UserError } from '../errors.ts'
import { FAKE_QUANT } from '../graph/fakeQuant.ts'
import { boolAttr, constantOf, dataInputs, type Graph, type GraphNode, nodesByName, parseRef } from '../graph/graph.ts'
import { bypass, PASSING } from '../graph/simplify/bypass.ts'
import { foldConstants } from '../graph/simplify/constants.ts'
import { floatsOf, type Tensor } from '../graph/tensor.ts'
import { transposed } from '../graph/transpose.ts'
import { neededNodes, terminals } from '../graph/traverse.ts'
import type { Head } from '../head/head.ts'
import { RESULT } from './graph.ts'

/** Where a retrained graph ends: `softmax(bottleneck · weights + bias)`. */
export interface DenseEnd {
  /** The node that gives the bottleneck, [n, features]. */
  readonly bottleneck: string
  readonly head: Head
}

/**
 * Finds the layer that retrain.py puts behind a network, by its structure: the softmax, however it is called, and its names
 * have changed over the years.
 *
 * @throws UserError E_OLD_MODEL
 */
export function denseEnd(graph: Graph): DenseEnd {
  const byName = nodesByName(graph)
  const softmax =
    byName.get(RESULT) ??
    terminals(graph)
      .flatMap(name => byName.get(name) ?? [])
      .find(({ op }) => op === 'Softmax')
  if (softmax?.op !== 'Softmax') throw noEnd(`it has no softmax at its end`)
  const rounded = producer(byName, softmax.inputs[0])
  // Graphs trained for 8 bits round the sums too. That moves no score by more than half a step, and a head has no place for it.
  const sum = rounded && FAKE_QUANT.includes(rounded.op) ? producer(byName, rounded.inputs[0]) : rounded
  if (!sum || !/^(Add|AddV2|BiasAdd|MatMul)$/.test(sum.op))
    throw noEnd(`"${softmax.name}" does not follow a dense layer`)
  const isBare = sum.op === 'MatMul'
  const terms = dataInputs(sum)
  const product = isBare ? sum : terms.map(ref => producer(byName, ref)).find(node => node?.op === 'MatMul')
  const bias = isBare ? undefined : terms.map(ref => known({ graph, byName }, ref)).find(value => value !== undefined)
  const weights = product && known({ graph, byName }, product.inputs[1])
  const bottleneck = product && producer(byName, product.inputs[0])
  if (!product || !(bias || isBare) || weights?.shape.length !== 2 || !bottleneck) {
    throw noEnd(`the layer before "${softmax.name}" is not a dense one with constant weights`)
  }
  const [width, categories] = boolAttr(product, 'transpose_b') ? weights.shape.toReversed() : weights.shape
  const values = floatsOf(weights)
  const head = {
    weights: boolAttr(product, 'transpose_b') ? transposed(values, categories!, width!) : values,
    bias: bias ? floatsOf(bias) : new Float32Array(categories!),
    width: width!,
    categories: categories!,
  }
  if (head.bias.length !== categories) throw noEnd('its weights and biases do not fit each other')
  return { bottleneck: bottleneck.name, head }
}

interface Nodes {
  readonly graph: Graph
  readonly byName: ReadonlyMap<string, GraphNode>
}

/** The node behind a reference that does something when the graph only runs. */
function producer(byName: Nodes['byName'], ref: string | undefined): GraphNode | undefined {
  let node = byName.get(parseRef(ref ?? '').name)
  for (let hops = 0; hops < 32 && node && PASSING.has(node.op); hops++)
    node = byName.get(parseRef(node.inputs[0] ?? '').name)
  return node
}

/** The value of a reference that nothing but constants lead to. */
function known({ graph, byName }: Nodes, ref: string | undefined): Tensor | undefined {
  const node = producer(byName, ref)
  if (!node) return undefined
  const nodes = neededNodes(graph, [node.name])
  if (nodes.some(({ op, inputs }) => inputs.length === 0 && op !== 'Const')) return undefined
  return constantOf(foldConstants(bypass({ nodes }, [node.name])).nodes.at(-1))
}

function noEnd(what: string): UserError {
  return new UserError('E_OLD_MODEL', `The graph is not one that retrain.py made: ${what}.`, {
    hint: 'As a pretrained network to train with, give it to `itc train --backbone`.',
  })
}
