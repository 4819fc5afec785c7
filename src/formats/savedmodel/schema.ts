import { bytes, varint } from '../protobuf.ts'

// The messages of https://github.com/tensorflow/tensorflow/tree/master/tensorflow/core/protobuf, each with the tags of its
// fields that are used here.

/** saved_model.proto */
export const SAVED_MODEL = { schemaVersion: varint(1), metaGraphs: bytes(2) } as const

/** meta_graph.proto */
export const META_GRAPH = { metaInfo: bytes(1), graphDef: bytes(2), signatureDef: bytes(5) } as const
export const META_INFO = { tags: bytes(4) } as const
export const SIGNATURE_DEF = { inputs: bytes(1), outputs: bytes(2), methodName: bytes(3) } as const
export const TENSOR_INFO = { name: bytes(1), dtype: varint(2), tensorShape: bytes(3) } as const
