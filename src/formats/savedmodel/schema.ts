import { bytes, float, varint } from '../protobuf.ts'

// The messages of https://github.com/tensorflow/tensorflow/tree/master/tensorflow/core/protobuf, each with the tags of its
// fields that are used here.

/** saved_model.proto */
export const SAVED_MODEL = { schemaVersion: varint(1), metaGraphs: bytes(2) } as const

/** meta_graph.proto */
export const META_GRAPH = { metaInfo: bytes(1), graphDef: bytes(2), signatureDef: bytes(5) } as const
export const META_INFO = { tags: bytes(4) } as const
export const SIGNATURE_DEF = { inputs: bytes(1), outputs: bytes(2), methodName: bytes(3) } as const
export const TENSOR_INFO = { name: bytes(1), dtype: varint(2), tensorShape: bytes(3) } as const

/** tensor_bundle.proto */
export const BUNDLE_HEADER = { shards: varint(1), endianness: varint(2) } as const
export const BUNDLE_ENTRY = {
  dtype: varint(1),
  shape: bytes(2),
  shardId: varint(3),
  offset: varint(4),
  size: varint(5),
  crc32c: float(6),
  slices: bytes(7),
} as const
