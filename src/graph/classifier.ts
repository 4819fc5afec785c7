import { UserError } from '../errors.ts'
import type { Recipe } from '../image/recipe.ts'
import { cutGraph } from './cut/cut.ts'
import { constNode, dtypeAttr, type Graph, type GraphNode, placeholderNode } from './graph.ts'
import { simplify } from './simplify/simplify.ts'
import { floatTensor, intTensor } from './tensor.ts'

/** Names that TensorFlow for Poets gave its model's ends; its label_image.py asks for them. */
export const INPUT = 'input'
export const FINAL_RESULT = 'final_result'

/** A backbone's graph with what it needs to be fed. */
export interface ClassifierPart {
  readonly graph: Graph
  readonly input: string
  readonly bottleneck: string
  /** Length of its bottleneck. */
  readonly features: number
  readonly recipe: Pick<Recipe, 'size' | 'mean' | 'scale'>
}

export interface ClassifierHead {
  /** [features of all parts in turn, categories] */
  readonly weights: Float32Array
  /** [categories] */
  readonly bias: Float32Array
}

/** How the caller scales pixels before they are fed: (x - mean) / scale. Raw pixels are 0 and 1. */
export interface Fed {
  readonly mean: number
  readonly scale: number
}

/**
 * The whole classifier as one graph: `input`, float32 [n, size, size, 3], to `final_result`, the probabilities
 * [n, categories]. Whatever the caller scales pixels by, the graph makes of it what its networks expect.
 *
 * @param parts one network, or several whose features are joined; all of one input size
 * @throws UserError E_SIZES for networks of several input sizes
 */
export function classifierGraph(parts: readonly ClassifierPart[], head: ClassifierHead, fed: Fed): Graph {
  const [first] = parts
  if (first === undefined) throw new Error('a classifier needs a network')
  const { size } = first.recipe
  if (parts.some(part => part.recipe.size !== size)) {
    throw new UserError('E_SIZES', 'Networks with different input sizes do not go into one graph.', {
      hint: 'Train with one --input-size for all of them, or with one network.',
    })
  }
  const nodes: GraphNode[] = [placeholderNode(INPUT, 'float32', [-1, size, size, 3])]
  const bottlenecks = parts.map((part, i) => addPart(nodes, part, parts.length > 1 ? `network_${i + 1}/` : '', fed))
  addHead(nodes, joined(nodes, bottlenecks), parts, head)
  return { nodes, producer: first.graph.producer ?? 0, minConsumer: first.graph.minConsumer ?? 0 }
}

/** @returns the name of its features, [n, features] */
function addPart(nodes: GraphNode[], part: ClassifierPart, prefix: string, fed: Fed): string {
  const { input, bottleneck, features, recipe } = part
  const outputs = [bottleneck]
  const simple = simplify(cutGraph(part.graph, { input, outputs, bottleneck, size: recipe.size }), outputs)
  const taken = new Set([INPUT, FINAL_RESULT])
  const renamed = (name: string): string => (taken.has(prefix + name) ? `network/${name}` : prefix + name)
  const prepared = addScaling(nodes, `${prefix}prepared`, recipe, fed)
  const moved = (ref: string): string => (ref === input ? prepared : renamed(ref))
  for (const node of simple.nodes) {
    if (node.name !== input) nodes.push({ ...node, name: renamed(node.name), inputs: node.inputs.map(moved) })
  }
  const shape = constNode(`${prefix}features/shape`, intTensor([2], [-1, features]))
  const flat = operation('Reshape', `${prefix}bottleneck_features`, [renamed(bottleneck), shape.name], {
    Tshape: dtypeAttr('int32'),
  })
  nodes.push(shape, flat)
  return flat.name
}

/** From the caller's scaling to the network's: ((y * fed.scale + fed.mean) - mean) / scale, as one product and sum. */
function addScaling(nodes: GraphNode[], name: string, recipe: ClassifierPart['recipe'], fed: Fed): string {
  const factors = recipe.scale.map(scale => fed.scale / scale)
  const terms = recipe.mean.map((mean, c) => (fed.mean - mean) / recipe.scale[c]!)
  let last = INPUT
  for (const [op, values, neutral] of [
    ['Mul', factors, 1],
    ['AddV2', terms, 0],
  ] as const) {
    if (values.every(value => value === neutral)) continue
    const constant = constNode(`${name}/${op}/y`, floatTensor([3], values))
    nodes.push(constant, operation(op, `${name}/${op}`, [last, constant.name]))
    last = `${name}/${op}`
  }
  return last
}

function joined(nodes: GraphNode[], bottlenecks: readonly string[]): string {
  if (bottlenecks.length === 1) return bottlenecks[0]!
  const axis = constNode('joined/axis', intTensor([], [1]))
  const attrs = { N: { kind: 'int', value: bottlenecks.length }, Tidx: dtypeAttr('int32') } as const
  nodes.push(axis, operation('ConcatV2', 'joined', [...bottlenecks, axis.name], attrs))
  return 'joined'
}

function addHead(nodes: GraphNode[], features: string, parts: readonly ClassifierPart[], head: ClassifierHead): void {
  const width = parts.reduce((sum, part) => sum + part.features, 0)
  const categories = head.bias.length
  nodes.push(
    constNode('final_training_ops/weights', floatTensor([width, categories], head.weights)),
    constNode('final_training_ops/biases', floatTensor([categories], head.bias)),
    operation('MatMul', 'final_training_ops/MatMul', [features, 'final_training_ops/weights'], {
      transpose_a: { kind: 'bool', value: false },
      transpose_b: { kind: 'bool', value: false },
    }),
    operation('BiasAdd', 'final_training_ops/logits', ['final_training_ops/MatMul', 'final_training_ops/biases'], {
      data_format: { kind: 'string', value: 'NHWC' },
    }),
    operation('Softmax', FINAL_RESULT, ['final_training_ops/logits']),
  )
}

function operation(op: string, name: string, inputs: readonly string[], attrs: GraphNode['attrs'] = {}): GraphNode {
  return { name, op, inputs, attrs: { T: dtypeAttr('float32'), ...attrs } }
}
