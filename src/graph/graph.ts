import { UserError } from '../errors.ts'
import { DTYPE_CODES, type DType, type Tensor } from './tensor.ts'

/**
 * A TensorFlow GraphDef in memory: the one representation inside, which every format is read into and written from.
 * https://www.tensorflow.org/api_docs/python/tf/compat/v1/GraphDef
 */
export interface Graph {
  readonly nodes: readonly GraphNode[]
  /** The GraphDef version that the graph was made with; TensorFlow refuses old ops in graphs that claim to be new. */
  readonly producer?: number
  readonly minConsumer?: number
}

export interface GraphNode {
  readonly name: string
  readonly op: string
  /** `node` (its first output), `node:1` (a later one) or `^node` (only run before). */
  readonly inputs: readonly string[]
  readonly attrs: Readonly<Record<string, Attr>>
}

/** Sizes of the axes, -1 where open; null where even their number is. */
export type AttrShape = readonly number[] | null

/** One typed attribute. Strings are bytes to TensorFlow: here one char a byte (latin1). Types are TensorFlow's numbers. */
export type Attr =
  | { readonly kind: 'int' | 'float' | 'type'; readonly value: number }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'shape'; readonly value: AttrShape }
  | { readonly kind: 'tensor'; readonly value: Tensor }
  | { readonly kind: 'ints' | 'floats' | 'types'; readonly value: readonly number[] }
  | { readonly kind: 'bools'; readonly value: readonly boolean[] }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | { readonly kind: 'shapes'; readonly value: readonly AttrShape[] }
  /** The name of a function in the graph's library. */
  | { readonly kind: 'func'; readonly value: string }
  /** What this code has no use for (lists of functions or tensors), as the encoded AttrValue. */
  | { readonly kind: 'raw'; readonly value: Uint8Array }

export function dtypeAttr(dtype: DType): Attr {
  return { kind: 'type', value: DTYPE_CODES[dtype] }
}

export function constNode(name: string, value: Tensor): GraphNode {
  return { name, op: 'Const', inputs: [], attrs: { dtype: dtypeAttr(value.dtype), value: { kind: 'tensor', value } } }
}

/** @param shape -1 where open, such as [-1, 224, 224, 3] */
export function placeholderNode(name: string, dtype: DType, shape: AttrShape): GraphNode {
  return {
    name,
    op: 'Placeholder',
    inputs: [],
    attrs: { dtype: dtypeAttr(dtype), shape: { kind: 'shape', value: shape } },
  }
}

/** A reference to an output: `node`, `node:1` or `^node`. */
export interface Ref {
  readonly name: string
  readonly index: number
  readonly control: boolean
}

export function parseRef(text: string): Ref {
  if (text.startsWith('^')) return { name: text.slice(1), index: 0, control: true }
  const colon = text.lastIndexOf(':')
  const index = colon < 0 ? NaN : Number(text.slice(colon + 1))
  return Number.isInteger(index)
    ? { name: text.slice(0, colon), index, control: false }
    : { name: text, index: 0, control: false }
}

/** The inputs that carry data: those that only order the run are left out. */
export function dataInputs(node: GraphNode): string[] {
  return node.inputs.filter(input => !input.startsWith('^'))
}

export function nodesByName(graph: Graph): Map<string, GraphNode> {
  return new Map(graph.nodes.map(node => [node.name, node]))
}

/** The value of a Const node, or undefined for another node. */
export function constantOf(node: GraphNode | undefined): Tensor | undefined {
  const value = node?.op === 'Const' ? node.attrs.value : undefined
  return value?.kind === 'tensor' ? value.value : undefined
}

/** The constant behind a reference, through the Identity nodes that freezing leaves. */
export function constantBehind(ref: string | undefined, byName: ReadonlyMap<string, GraphNode>): Tensor | undefined {
  let node = ref === undefined ? undefined : byName.get(parseRef(ref).name)
  for (let i = 0; i < 8 && node?.op === 'Identity'; i++) node = byName.get(parseRef(node.inputs[0] ?? '').name)
  return constantOf(node)
}

export function stringAttr(node: GraphNode, name: string, otherwise = ''): string {
  const attr = node.attrs[name]
  return attr?.kind === 'string' ? attr.value : otherwise
}

export function numberAttr(node: GraphNode, name: string, otherwise = 0): number {
  const attr = node.attrs[name]
  return attr?.kind === 'int' || attr?.kind === 'float' || attr?.kind === 'type' ? attr.value : otherwise
}

export function boolAttr(node: GraphNode, name: string, otherwise = false): boolean {
  const attr = node.attrs[name]
  return attr?.kind === 'bool' ? attr.value : otherwise
}

export function numbersAttr(node: GraphNode, name: string): readonly number[] {
  const attr = node.attrs[name]
  return attr?.kind === 'ints' || attr?.kind === 'floats' ? attr.value : []
}

export function stringsAttr(node: GraphNode, name: string): readonly string[] {
  const attr = node.attrs[name]
  return attr?.kind === 'strings' ? attr.value : []
}

/** The shape attribute of a Placeholder; null when it is open. */
export function shapeAttr(node: GraphNode, name = 'shape'): AttrShape {
  const attr = node.attrs[name]
  return attr?.kind === 'shape' ? attr.value : null
}

/** The failure of reading or using a graph, with the node it happened at. */
export function nodeError(node: GraphNode, problem: string, hint?: string): UserError {
  return new UserError(
    'E_BAD_GRAPH',
    `Node "${node.name}" (${node.op}): ${problem}`,
    hint === undefined ? {} : { hint },
  )
}
