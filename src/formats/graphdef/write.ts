import protobuf from 'protobufjs/minimal.js'
import type { Graph, GraphNode } from '../../graph/graph.ts'
import { writeAttr } from './attr.ts'

/** Graphs put together here use no op younger than TensorFlow 1.4, which this GraphDef version stands for. */
const PRODUCER = 24

/** Encodes a frozen GraphDef (`.pb`), loadable by every TensorFlow that knows its ops. */
export function writeGraphDef(graph: Graph): Uint8Array {
  return encodeGraph(protobuf.Writer.create(), graph).finish()
}

/** Encodes nodes that go behind an encoded GraphDef: its versions are theirs. */
export function writeGraphDefNodes(nodes: readonly GraphNode[]): Uint8Array {
  const writer = protobuf.Writer.create()
  for (const node of nodes) encodeNode(writer.uint32(10).fork(), node).ldelim()
  return writer.finish()
}

/** Encodes a GraphDef's fields into an open message. */
export function encodeGraph(writer: protobuf.Writer, graph: Graph): protobuf.Writer {
  for (const node of graph.nodes) encodeNode(writer.uint32(10).fork(), node).ldelim()
  writer
    .uint32(34)
    .fork()
    .uint32(8)
    .int32(graph.producer ?? PRODUCER)
  if (graph.minConsumer) writer.uint32(16).int32(graph.minConsumer)
  return writer.ldelim()
}

function encodeNode(writer: protobuf.Writer, node: GraphNode): protobuf.Writer {
  writer.uint32(10).string(node.name).uint32(18).string(node.op)
  for (const input of node.inputs) writer.uint32(26).string(input)
  // Sorted, so that the same graph always gives the same bytes.
  for (const key of Object.keys(node.attrs).sort()) {
    writer.uint32(42).fork().uint32(10).string(key)
    writeAttr(writer, 18, node.attrs[key]!).ldelim()
  }
  return writer
}
