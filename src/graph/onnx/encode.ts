import protobuf from 'protobufjs'
import {
  ONNX_TYPES,
  type OnnxAttribute,
  type OnnxGraph,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
} from './model.ts'

type Writer = protobuf.Writer

/** Understood by every onnxruntime since 1.14. */
const IR_VERSION = 8
const OPSET = 17
/** AttributeProto.AttributeType */
const KINDS = { float: 1, int: 2, string: 3, graph: 5, floats: 6, ints: 7 } as const

/** Protobuf's tag of a field: its number with how it is stored. */
const varint = (field: number) => field << 3
const bytes = (field: number) => (field << 3) | 2
const fixed32 = (field: number) => (field << 3) | 5

/**
 * Encodes a model as onnx.proto3 lays it out (github.com/onnx/onnx, onnx/onnx.proto3).
 *
 * @param metadata pairs that travel with the model, such as labels
 */
export function encodeOnnx(graph: OnnxGraph, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const writer = protobuf.Writer.create()
  writer.uint32(varint(1)).int64(IR_VERSION)
  writer.uint32(bytes(2)).string('itc')
  writer.uint32(bytes(7)).fork()
  writeGraph(writer, graph)
  writer.ldelim()
  writer.uint32(bytes(8)).fork().uint32(varint(2)).int64(OPSET).ldelim()
  for (const [key, value] of Object.entries(metadata)) {
    writer.uint32(bytes(14)).fork().uint32(bytes(1)).string(key).uint32(bytes(2)).string(value).ldelim()
  }
  return writer.finish()
}

function writeGraph(writer: Writer, graph: OnnxGraph): void {
  graph.nodes.forEach((node, index) => {
    writer.uint32(bytes(1)).fork()
    writeNode(writer, node, index)
    writer.ldelim()
  })
  writer.uint32(bytes(2)).string('graph')
  for (const tensor of graph.initializers) {
    writer.uint32(bytes(5)).fork()
    writeTensor(writer, tensor)
    writer.ldelim()
  }
  for (const value of graph.inputs) writeValue(writer, 11, value)
  for (const value of graph.outputs) writeValue(writer, 12, value)
}

function writeNode(writer: Writer, { op, inputs, outputs, attributes }: OnnxNode, index: number): void {
  for (const input of inputs) writer.uint32(bytes(1)).string(input)
  for (const output of outputs) writer.uint32(bytes(2)).string(output)
  writer.uint32(bytes(3)).string(`${op}_${index}`)
  writer.uint32(bytes(4)).string(op)
  for (const [name, attribute] of Object.entries(attributes)) {
    writer.uint32(bytes(5)).fork().uint32(bytes(1)).string(name)
    writeAttribute(writer, attribute)
    writer.ldelim()
  }
}

function writeAttribute(writer: Writer, attribute: OnnxAttribute): void {
  let kind: number
  if ('int' in attribute) {
    kind = KINDS.int
    writer.uint32(varint(3)).int64(attribute.int)
  } else if ('float' in attribute) {
    kind = KINDS.float
    writer.uint32(fixed32(2)).float(attribute.float)
  } else if ('string' in attribute) {
    kind = KINDS.string
    writer.uint32(bytes(4)).bytes(new TextEncoder().encode(attribute.string))
  } else if ('ints' in attribute) {
    kind = KINDS.ints
    for (const value of attribute.ints) writer.uint32(varint(8)).int64(value)
  } else if ('floats' in attribute) {
    kind = KINDS.floats
    for (const value of attribute.floats) writer.uint32(fixed32(7)).float(value)
  } else {
    kind = KINDS.graph
    writer.uint32(bytes(6)).fork()
    writeGraph(writer, attribute.graph)
    writer.ldelim()
  }
  writer.uint32(varint(20)).int32(kind)
}

function writeTensor(writer: Writer, { name, type, shape, bytes: raw }: OnnxTensor): void {
  for (const length of shape) writer.uint32(varint(1)).int64(length)
  writer.uint32(varint(2)).int32(ONNX_TYPES[type])
  writer.uint32(bytes(8)).string(name)
  writer.uint32(bytes(9)).bytes(raw)
}

function writeValue(writer: Writer, field: number, { name, type, shape }: OnnxValue): void {
  writer.uint32(bytes(field)).fork().uint32(bytes(1)).string(name)
  writer.uint32(bytes(2)).fork().uint32(bytes(1)).fork() // TypeProto.tensor_type
  writer.uint32(varint(1)).int32(ONNX_TYPES[type])
  writer.uint32(bytes(2)).fork()
  for (const length of shape) {
    writer.uint32(bytes(1)).fork()
    if (typeof length === 'number') writer.uint32(varint(1)).int64(length)
    else writer.uint32(bytes(2)).string(length)
    writer.ldelim()
  }
  writer.ldelim().ldelim().ldelim().ldelim()
}
