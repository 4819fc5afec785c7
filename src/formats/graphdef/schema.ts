import { bytes, float, varint } from '../protobuf.ts'

// The messages of https://github.com/tensorflow/tensorflow/tree/master/tensorflow/core/framework, each with the tags of its
// fields that are used here.

/** graph.proto. `version` and `debugInfo` are known, but nothing is read from them. */
export const GRAPH_DEF = {
  node: bytes(1),
  library: bytes(2),
  version: varint(3),
  versions: bytes(4),
  debugInfo: bytes(5),
} as const

/** versions.proto */
export const VERSION_DEF = { producer: varint(1), minConsumer: varint(2) } as const

/** node_def.proto */
export const NODE_DEF = { name: bytes(1), op: bytes(2), input: bytes(3), attr: bytes(5) } as const

/** An entry of any map. */
export const MAP_ENTRY = { key: bytes(1), value: bytes(2) } as const

/** attr_value.proto */
export const ATTR_VALUE = {
  list: bytes(1),
  s: bytes(2),
  i: varint(3),
  f: float(4),
  b: varint(5),
  type: varint(6),
  shape: bytes(7),
  tensor: bytes(8),
  func: bytes(10),
} as const
export const NAME_ATTR_LIST = { name: bytes(1) } as const

/** AttrValue.ListValue; its numbers as they are written, packed. */
export const LIST_VALUE = {
  s: bytes(2),
  i: bytes(3),
  f: bytes(4),
  b: bytes(5),
  type: bytes(6),
  shape: bytes(7),
} as const

/** tensor.proto; lists of numbers as they are written, packed. */
export const TENSOR = {
  dtype: varint(1),
  tensorShape: bytes(2),
  tensorContent: bytes(4),
  floatVal: bytes(5),
  doubleVal: bytes(6),
  intVal: bytes(7),
  stringVal: bytes(8),
  int64Val: bytes(10),
  boolVal: bytes(11),
  halfVal: bytes(13),
  uint32Val: bytes(16),
  uint64Val: bytes(17),
} as const

/** tensor_shape.proto */
export const TENSOR_SHAPE = { dim: bytes(2), unknownRank: varint(3) } as const
export const DIM = { size: varint(1) } as const

/** function.proto */
export const LIBRARY = { function: bytes(1) } as const
export const FUNCTION_DEF = { signature: bytes(1), nodeDef: bytes(3), ret: bytes(4) } as const

/** op_def.proto, of which a function's signature is one. */
export const OP_DEF = { name: bytes(1), inputArg: bytes(2), outputArg: bytes(3) } as const
export const ARG_DEF = { name: bytes(1) } as const
