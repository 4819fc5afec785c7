import protobuf from 'protobufjs/minimal.js'
import {
  ATTRIBUTE,
  ATTRIBUTE_TYPE,
  DATA_TYPE,
  DIMENSION,
  ENTRY,
  GRAPH,
  MODEL,
  NODE,
  OPERATOR_SET,
  SHAPE,
  TENSOR,
  TENSOR_TYPE,
  TYPE,
  VALUE_INFO,
} from './schema.ts'

type OnnxType = keyof typeof DATA_TYPE

/** Opset 18 has Resize by axes; onnxruntime 1.14 and later run it. */
const OPSET = 18
const IR_VERSION = 8

export type OnnxAttr =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  /** The body of a Scan. */
  | { readonly graph: OnnxGraph }
  /** The body of a Scan, as GraphProto: nodes of somebody's model are in it. */
  | { readonly encoded: Uint8Array }

export interface OnnxNode {
  readonly op: string
  readonly name: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attrs: Readonly<Record<string, OnnxAttr>>
}

export interface OnnxTensor {
  readonly name: string
  readonly type: OnnxType
  readonly shape: readonly number[]
  /** Little-endian. Made when the model is encoded, so that only asking for shapes moves no weights. */
  readonly bytes: () => Uint8Array
}

/** A graph's input or output; a size given by name is open. */
export interface OnnxPort {
  readonly name: string
  readonly type: OnnxType
  readonly shape: readonly (number | string)[]
}

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[]
  readonly tensors: readonly OnnxTensor[]
  readonly inputs: readonly OnnxPort[]
  readonly outputs: readonly OnnxPort[]
}

export interface OnnxModel extends OnnxGraph {
  readonly metadata: Readonly<Record<string, string>>
}

/** Encodes a ModelProto. */
export function encodeModel(model: OnnxModel): Uint8Array {
  const head = protobuf.Writer.create().uint32(MODEL.irVersion).int64(IR_VERSION)
  head.uint32(MODEL.producerName).string('itc')
  const graph = encodeGraph(model, model.tensors.flatMap(encodeTensor))
  const opset = protobuf.Writer.create().uint32(MODEL.opsetImport).fork()
  opset.uint32(OPERATOR_SET.domain).string('').uint32(OPERATOR_SET.version).int64(OPSET).ldelim()
  const tail = [opset.finish(), encodeMetadata(model.metadata)]
  return Buffer.concat([head.finish(), ...delimited(MODEL.graph, graph), ...tail])
}

/** A GraphProto in pieces: weights are large, so they are moved once, when all pieces are joined. */
function encodeGraph(model: OnnxModel, tensors: readonly Uint8Array[]): Uint8Array[] {
  return [encodeNodes(model.nodes), encodeGraphName(), ...tensors, encodePorts(model.inputs, model.outputs)]
}

/** Fields of a GraphProto: its nodes. */
export function encodeNodes(nodes: readonly OnnxNode[]): Uint8Array {
  const writer = protobuf.Writer.create()
  for (const node of nodes) writeNode(writer.uint32(GRAPH.node).fork(), node).ldelim()
  return writer.finish()
}

/** Fields of a GraphProto: its inputs and outputs. */
export function encodePorts(inputs: readonly OnnxPort[], outputs: readonly OnnxPort[]): Uint8Array {
  const writer = protobuf.Writer.create()
  for (const port of inputs) writePort(writer.uint32(GRAPH.input).fork(), port).ldelim()
  for (const port of outputs) writePort(writer.uint32(GRAPH.output).fork(), port).ldelim()
  return writer.finish()
}

/** A field of a GraphProto, which must have a name. */
export function encodeGraphName(): Uint8Array {
  return protobuf.Writer.create().uint32(GRAPH.name).string('itc').finish()
}

/** A length-delimited field whose content comes in pieces. */
export function delimited(tag: number, pieces: readonly Uint8Array[]): Uint8Array[] {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0)
  return [protobuf.Writer.create().uint32(tag).uint32(length).finish(), ...pieces]
}

/** A GraphProto inside a node: such bodies are small. */
function writeGraph(writer: protobuf.Writer, graph: OnnxGraph): protobuf.Writer {
  for (const node of graph.nodes) writeNode(writer.uint32(GRAPH.node).fork(), node).ldelim()
  writer.uint32(GRAPH.name).string('itc')
  for (const tensor of graph.tensors) writeTensor(writer.uint32(GRAPH.initializer).fork(), tensor).ldelim()
  for (const port of graph.inputs) writePort(writer.uint32(GRAPH.input).fork(), port).ldelim()
  for (const port of graph.outputs) writePort(writer.uint32(GRAPH.output).fork(), port).ldelim()
  return writer
}

/** ModelProto's metadata_props, which tools show and `session.get_modelmeta()` gives. */
export function encodeMetadata(metadata: Readonly<Record<string, string>>): Uint8Array {
  const writer = protobuf.Writer.create()
  for (const [key, value] of Object.entries(metadata)) {
    const entry = writer.uint32(MODEL.metadataProps).fork()
    entry.uint32(ENTRY.key).string(key).uint32(ENTRY.value).string(value).ldelim()
  }
  return writer.finish()
}

function writeNode(writer: protobuf.Writer, node: OnnxNode): protobuf.Writer {
  for (const input of node.inputs) writer.uint32(NODE.input).string(input)
  for (const output of node.outputs) writer.uint32(NODE.output).string(output)
  writer.uint32(NODE.name).string(node.name).uint32(NODE.opType).string(node.op)
  for (const [name, value] of Object.entries(node.attrs)) {
    writer.uint32(NODE.attribute).fork().uint32(ATTRIBUTE.name).string(name)
    const type = writeValue(writer, value)
    writer.uint32(ATTRIBUTE.type).int32(ATTRIBUTE_TYPE[type]).ldelim()
  }
  return writer
}

/** Writes an attribute's value into its open message and tells its type. */
function writeValue(writer: protobuf.Writer, value: OnnxAttr): keyof typeof ATTRIBUTE_TYPE {
  if (typeof value === 'number') {
    writer.uint32(ATTRIBUTE.i).int64(value)
    return 'int'
  }
  if (typeof value === 'string') {
    writer.uint32(ATTRIBUTE.s).bytes(Buffer.from(value))
    return 'string'
  }
  if ('float' in value) {
    writer.uint32(ATTRIBUTE.f).float(value.float)
    return 'float'
  }
  if ('graph' in value) {
    writeGraph(writer.uint32(ATTRIBUTE.g).fork(), value.graph).ldelim()
    return 'graph'
  }
  if ('encoded' in value) {
    writer.uint32(ATTRIBUTE.g).bytes(value.encoded)
    return 'graph'
  }
  for (const item of value) writer.uint32(ATTRIBUTE.ints).int64(item)
  return 'ints'
}

function writeTensor(writer: protobuf.Writer, tensor: OnnxTensor): protobuf.Writer {
  return writeTensorHead(writer, tensor).uint32(TENSOR.rawData).bytes(tensor.bytes())
}

/** A graph's initialiser, in pieces. */
export function encodeTensor(tensor: OnnxTensor): Uint8Array[] {
  const head = writeTensorHead(protobuf.Writer.create(), tensor).finish()
  return delimited(GRAPH.initializer, [head, ...delimited(TENSOR.rawData, [tensor.bytes()])])
}

function writeTensorHead(writer: protobuf.Writer, tensor: OnnxTensor): protobuf.Writer {
  for (const size of tensor.shape) writer.uint32(TENSOR.dims).int64(size)
  return writer.uint32(TENSOR.dataType).int32(DATA_TYPE[tensor.type]).uint32(TENSOR.name).string(tensor.name)
}

function writePort(writer: protobuf.Writer, port: OnnxPort): protobuf.Writer {
  writer.uint32(VALUE_INFO.name).string(port.name).uint32(VALUE_INFO.type).fork().uint32(TYPE.tensorType).fork()
  writer.uint32(TENSOR_TYPE.elemType).int32(DATA_TYPE[port.type]).uint32(TENSOR_TYPE.shape).fork()
  for (const size of port.shape) {
    writer.uint32(SHAPE.dim).fork()
    if (typeof size === 'number') writer.uint32(DIMENSION.dimValue).int64(size)
    else writer.uint32(DIMENSION.dimParam).string(size)
    writer.ldelim()
  }
  return writer.ldelim().ldelim().ldelim()
}
