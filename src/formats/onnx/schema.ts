import { bytes, float, varint } from '../protobuf.ts'

// The messages of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto, each with the tags of its fields that are used here.

export const MODEL = {
  irVersion: varint(1),
  producerName: bytes(2),
  graph: bytes(7),
  opsetImport: bytes(8),
  metadataProps: bytes(14),
  functions: bytes(25),
} as const

export const OPERATOR_SET = { domain: bytes(1), version: varint(2) } as const

/** StringStringEntryProto. */
export const ENTRY = { key: bytes(1), value: bytes(2) } as const

export const GRAPH = {
  node: bytes(1),
  name: bytes(2),
  initializer: bytes(5),
  input: bytes(11),
  output: bytes(12),
  sparseInitializer: bytes(15),
} as const

export const FUNCTION = { node: bytes(7), attributeProto: bytes(11) } as const

export const SPARSE_TENSOR = { values: bytes(1), indices: bytes(2) } as const

export const NODE = {
  input: bytes(1),
  output: bytes(2),
  name: bytes(3),
  opType: bytes(4),
  attribute: bytes(5),
} as const

export const ATTRIBUTE = {
  name: bytes(1),
  f: float(2),
  i: varint(3),
  s: bytes(4),
  t: bytes(5),
  g: bytes(6),
  ints: varint(8),
  packedInts: bytes(8),
  tensors: bytes(10),
  graphs: bytes(11),
  type: varint(20),
  sparseTensor: bytes(22),
  sparseTensors: bytes(23),
} as const

/** AttributeProto.AttributeType. */
export const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, graph: 5, ints: 7 } as const

export const TENSOR = {
  dims: varint(1),
  packedDims: bytes(1),
  dataType: varint(2),
  int64Data: bytes(7),
  name: bytes(8),
  rawData: bytes(9),
  externalData: bytes(13),
  dataLocation: varint(14),
} as const

/** TensorProto.DataType, of those used here. */
export const DATA_TYPE = { float: 1, uint8: 2, int32: 6, int64: 7, bool: 9, float16: 10 } as const

/** TensorProto.DataLocation: the weights are in a file of their own. */
export const EXTERNAL = 1

export const VALUE_INFO = { name: bytes(1), type: bytes(2) } as const
export const TYPE = { tensorType: bytes(1) } as const
export const TENSOR_TYPE = { elemType: varint(1), shape: bytes(2) } as const
export const SHAPE = { dim: bytes(1) } as const
export const DIMENSION = { dimValue: varint(1), dimParam: bytes(2) } as const
