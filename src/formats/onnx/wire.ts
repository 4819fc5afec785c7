import protobuf from 'protobufjs/minimal.js'

/** ONNX' element types, of those used here; https://github.com/onnx/onnx/blob/main/onnx/onnx.proto */
export const ONNX_TYPES = { float: 1, uint8: 2, int32: 6, int64: 7, bool: 9 } as const
export type OnnxType = keyof typeof ONNX_TYPES

/** Opset 18 has Resize by axes; onnxruntime 1.14 and later run it. */
export const OPSET = 18
const IR_VERSION = 8

export type OnnxAttr =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  /** The body of a Loop. */
  | { readonly graph: OnnxGraph }

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
  const head = protobuf.Writer.create().uint32(8).int64(IR_VERSION).uint32(18).string('itc').finish()
  const graph = encodeGraph(model, model.tensors.flatMap(encodeTensor))
  const tail = protobuf.Writer.create()
  tail.uint32(66).fork().uint32(10).string('').uint32(16).int64(OPSET).ldelim()
  writeMetadata(tail, model.metadata)
  return Buffer.concat([head, ...delimited(58, graph), tail.finish()])
}

/** A GraphProto in pieces: weights are large, so they are moved once, when all pieces are joined. */
function encodeGraph(model: OnnxModel, tensors: readonly Uint8Array[]): Uint8Array[] {
  const nodes = protobuf.Writer.create()
  for (const node of model.nodes) writeNode(nodes.uint32(10).fork(), node).ldelim()
  nodes.uint32(18).string('itc')
  const ports = protobuf.Writer.create()
  for (const port of model.inputs) writePort(ports.uint32(90).fork(), port).ldelim()
  for (const port of model.outputs) writePort(ports.uint32(98).fork(), port).ldelim()
  return [nodes.finish(), ...tensors, ports.finish()]
}

/** A length-delimited field whose content comes in pieces. */
export function delimited(tag: number, pieces: readonly Uint8Array[]): Uint8Array[] {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0)
  return [protobuf.Writer.create().uint32(tag).uint32(length).finish(), ...pieces]
}

/** A GraphProto inside a node: such bodies are small. */
function writeGraph(writer: protobuf.Writer, graph: OnnxGraph): protobuf.Writer {
  for (const node of graph.nodes) writeNode(writer.uint32(10).fork(), node).ldelim()
  writer.uint32(18).string('itc')
  for (const tensor of graph.tensors) writeTensor(writer.uint32(42).fork(), tensor).ldelim()
  for (const port of graph.inputs) writePort(writer.uint32(90).fork(), port).ldelim()
  for (const port of graph.outputs) writePort(writer.uint32(98).fork(), port).ldelim()
  return writer
}

/** Appends ModelProto's metadata_props, which tools show and `session.get_modelmeta()` gives. */
export function writeMetadata(writer: protobuf.Writer, metadata: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(metadata)) {
    writer.uint32(114).fork().uint32(10).string(key).uint32(18).string(value).ldelim()
  }
}

export function writeNode(writer: protobuf.Writer, node: OnnxNode): protobuf.Writer {
  for (const input of node.inputs) writer.uint32(10).string(input)
  for (const output of node.outputs) writer.uint32(18).string(output)
  writer.uint32(26).string(node.name).uint32(34).string(node.op)
  for (const [name, value] of Object.entries(node.attrs)) {
    writer.uint32(42).fork().uint32(10).string(name)
    if (typeof value === 'number') writer.uint32(24).int64(value).uint32(160).int32(2)
    else if (typeof value === 'string') writer.uint32(34).bytes(Buffer.from(value)).uint32(160).int32(3)
    else if ('float' in value) writer.uint32(21).float(value.float).uint32(160).int32(1)
    else if ('graph' in value) writeGraph(writer.uint32(50).fork(), value.graph).ldelim().uint32(160).int32(5)
    else {
      for (const item of value) writer.uint32(64).int64(item)
      writer.uint32(160).int32(7)
    }
    writer.ldelim()
  }
  return writer
}

export function writeTensor(writer: protobuf.Writer, tensor: OnnxTensor): protobuf.Writer {
  return writeTensorHead(writer, tensor).uint32(74).bytes(tensor.bytes())
}

/** A graph's initialiser, in pieces. */
export function encodeTensor(tensor: OnnxTensor): Uint8Array[] {
  const head = writeTensorHead(protobuf.Writer.create(), tensor).finish()
  return delimited(42, [head, ...delimited(74, [tensor.bytes()])])
}

function writeTensorHead(writer: protobuf.Writer, tensor: OnnxTensor): protobuf.Writer {
  for (const size of tensor.shape) writer.uint32(8).int64(size)
  return writer.uint32(16).int32(ONNX_TYPES[tensor.type]).uint32(66).string(tensor.name)
}

export function writePort(writer: protobuf.Writer, port: OnnxPort): protobuf.Writer {
  writer.uint32(10).string(port.name).uint32(18).fork().uint32(10).fork()
  writer.uint32(8).int32(ONNX_TYPES[port.type]).uint32(18).fork()
  for (const size of port.shape) {
    writer.uint32(10).fork()
    if (typeof size === 'number') writer.uint32(8).int64(size)
    else writer.uint32(18).string(size)
    writer.ldelim()
  }
  return writer.ldelim().ldelim().ldelim()
}
