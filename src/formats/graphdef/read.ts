import protobuf from 'protobufjs/minimal.js'
import { UserError } from '../../errors.ts'
import { type Functions, type GraphFunction, inlined } from '../../graph/functions.ts'
import type { Attr, Graph, GraphNode } from '../../graph/graph.ts'
import { damaged, LIMITS, notGraph } from '../limits.ts'
import { skip } from '../protobuf.ts'
import { readAttr, subEnd } from './attr.ts'
import { type NodeReader, readLibrary } from './functions.ts'
import { GRAPH_DEF, MAP_ENTRY, NODE_DEF, VERSION_DEF } from './schema.ts'
import type { Budget } from './tensor.ts'

/**
 * Attributes that speak of the graph a node came from: shapes that another input size makes wrong, and
 * neighbours that a cut may remove.
 */
const STALE = new Set(['_output_shapes', '_class', 'shared_name', 'container'])
/** Of a variable, that name is where its value is kept. */
const VARIABLE = /^(VarHandleOp|VariableV2|Variable)$/

/**
 * Decodes a frozen GraphDef; calls of functions in its library are written out. Constants are views of `bytes` where their
 * alignment allows it.
 * https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/framework/graph.proto
 *
 * @throws UserError E_NOT_A_GRAPH when the bytes are something else, E_BAD_GRAPH when they are damaged
 */
export function readGraphDef(bytes: Uint8Array): Graph {
  if (bytes.length === 0) throw notGraph('the file is empty')
  try {
    const reader = protobuf.Reader.create(bytes)
    const { functions, ...graph } = readGraph(reader, reader.len)
    if (graph.nodes.length === 0) throw notGraph('there are no nodes in it')
    return inlined(graph, functions)
  } catch (error) {
    if (error instanceof UserError) throw error
    throw notGraph('its bytes cannot be decoded as one', error)
  }
}

/** A graph whose nodes may call functions. */
export interface GraphWithFunctions extends Graph {
  readonly functions: Functions
}

/** Decodes a GraphDef that ends at `end`; errors of the wire format are left to the caller. */
export function readGraph(reader: protobuf.Reader, end: number): GraphWithFunctions {
  const nodes: GraphNode[] = []
  const names = new Set<string>()
  const budget: Budget = { repeated: LIMITS.repeated }
  const functions = new Map<string, GraphFunction>()
  let versions = { producer: 0, minConsumer: 0 }
  while (reader.pos < end) {
    const tag = reader.uint32()
    if (tag === GRAPH_DEF.node) {
      const node = readNode(reader, subEnd(reader, end), budget)
      if (names.has(node.name)) throw damaged(`two nodes have the name "${node.name}"`)
      names.add(node.name)
      nodes.push(node)
      if (nodes.length > LIMITS.nodes) throw damaged('it has more nodes than any image network')
    } else if (tag === GRAPH_DEF.versions) versions = readVersions(reader, subEnd(reader, end))
    else if (tag === GRAPH_DEF.version) reader.int32()
    else if (tag === GRAPH_DEF.library) readLibrary(reader, subEnd(reader, end), functions, nodeReader(budget))
    else if (tag === GRAPH_DEF.debugInfo) skip(reader, tag)
    else throw notGraph('its bytes cannot be decoded as one')
  }
  return { nodes, ...versions, functions }
}

function nodeReader(budget: Budget): NodeReader {
  return (reader, end) => readNode(reader, end, budget)
}

function readNode(reader: protobuf.Reader, end: number, budget: Budget): GraphNode {
  let name = ''
  let op = ''
  const inputs: string[] = []
  const attrs = Object.create(null) as Record<string, Attr>
  let count = 0
  while (reader.pos < end) {
    const tag = reader.uint32()
    if (tag === NODE_DEF.name) name = reader.string()
    else if (tag === NODE_DEF.op) op = reader.string()
    else if (tag === NODE_DEF.input) inputs.push(reader.string())
    else if (tag === NODE_DEF.attr) {
      const [key, attr] = readEntry(reader, subEnd(reader, end), budget)
      if (!STALE.has(key) || (key === 'shared_name' && VARIABLE.test(op))) attrs[key] = attr
      count++
    } else skip(reader, tag)
    if (inputs.length > LIMITS.inputs || count > LIMITS.attributes) throw damaged(`node "${name}" has too many parts`)
  }
  if (reader.pos !== end) throw damaged(`node "${name}" runs over its end`)
  if (name === '' || op === '') throw notGraph('one of its nodes has no name or no op')
  return { name, op, inputs, attrs }
}

function readEntry(reader: protobuf.Reader, end: number, budget: Budget): [string, Attr] {
  let key = ''
  let attr: Attr = { kind: 'raw', value: new Uint8Array(0) }
  while (reader.pos < end) {
    const tag = reader.uint32()
    if (tag === MAP_ENTRY.key) key = reader.string()
    else if (tag === MAP_ENTRY.value) attr = readAttr(reader, subEnd(reader, end), budget)
    else skip(reader, tag)
  }
  return [key, attr]
}

function readVersions(reader: protobuf.Reader, end: number): { producer: number; minConsumer: number } {
  const versions = { producer: 0, minConsumer: 0 }
  while (reader.pos < end) {
    const tag = reader.uint32()
    if (tag === VERSION_DEF.producer) versions.producer = reader.int32()
    else if (tag === VERSION_DEF.minConsumer) versions.minConsumer = reader.int32()
    else skip(reader, tag)
  }
  return versions
}
