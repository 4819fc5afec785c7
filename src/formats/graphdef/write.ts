import protobuf from 'protobufjs/minimal.js'
import type { Graph, GraphNode } from '../../graph/graph.ts'
import { writeAttr } from './attr.ts'
import { GRAPH_DEF, MAP_ENTRY, NODE_DEF, VERSION_DEF } from './schema.ts'

/** Graphs put together here use no op younger than TensorFlow 1.4, which this GraphDef version stands for. */
const PRODUCER = 24

/** Encodes a frozen GraphDef (`.pb`), loadable by every TensorFlow that knows its ops. */
export function writeGraphDef(graph: Graph): Uint8Array {
  return encodeGraph(protobuf.Writer.create(), graph).finish()
}

/** Encodes nodes that go behind an encoded GraphDef: its versions are theirs. */
export function writeGraphDefNodes(nodes: readonly GraphNode[]): Uint8Array {
  const writer = protobuf.Writer.create()
  for (const node of nodes) encodeNode(writer.uint32(GRAPH_DEF.node).fork(), node).ldelim()
  return writer.finish()
}

/** Encodes a GraphDef's fields into an open message. */
export function encodeGraph(writer: protobuf.Writer, graph: Graph): protobuf.Writer {
  for (const node of graph.nodes) encodeNode(writer.uint32(GRAPH_DEF.node).fork(), node).ldelim()
  const versions = writer.uint32(GRAPH_DEF.versions).fork()
  versions.uint32(VERSION_DEF.producer).int32(graph.producer ?? PRODUCER)
  if (graph.minConsumer) versions.uint32(VERSION_DEF.minConsumer).int32(graph.minConsumer)
  return versions.ldelim()
}

function encodeNode(writer: protobuf.Writer, node: GraphNode): protobuf.Writer {
  writer.uint32(NODE_DEF.name).string(node.name).uint32(NODE_DEF.op).string(node.op)
  for (const input of node.inputs) writer.uint32(NODE_DEF.input).string(input)
  // Sorted, so that the same graph always gives the same bytes.
  for (const key of Object.keys(node.attrs).sort()) {
    writer.uint32(NODE_DEF.attr).fork().uint32(MAP_ENTRY.key).string(key)
    writeAttr(writer, MAP_ENTRY.value, node.attrs[key]!).ldelim()
  }
  return writer
}
