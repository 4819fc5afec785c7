import protobuf from 'protobufjs/minimal.js'
import type { AttrShape, Graph } from '../graph.ts'
import { writeShape } from '../graphdef/tensor.ts'
import { encodeGraph } from '../graphdef/write.ts'
import { DTYPE_CODES, type DType } from '../tensor.ts'

/** One input or output of a signature. */
export interface SignaturePort {
  /** What callers call it. */
  readonly key: string
  /** The node whose first output it is. */
  readonly node: string
  readonly dtype: DType
  /** -1 where open. */
  readonly shape: AttrShape
}

export interface Signature {
  readonly inputs: readonly SignaturePort[]
  readonly outputs: readonly SignaturePort[]
}

/** Names that TensorFlow Serving and `tf.saved_model.load` look for. */
const TAG = 'serve'
const SIGNATURE = 'serving_default'
const METHOD = 'tensorflow/serving/predict'
/** Of the format, and of the TensorFlow whose graphs have this form: loaders of every later one accept it. */
const SCHEMA = 1
const TENSORFLOW = '1.15.0'

/**
 * Encodes `saved_model.pb`: a frozen graph and one signature, `serving_default`. There are no variables, so the folder
 * `variables` is not needed.
 * https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/protobuf/{saved_model,meta_graph}.proto
 */
export function writeSavedModel(graph: Graph, signature: Signature): Uint8Array {
  const writer = protobuf.Writer.create()
  writer.uint32(8).int64(SCHEMA)
  writer.uint32(18).fork()
  writer.uint32(10).fork().uint32(34).string(TAG).uint32(42).string(TENSORFLOW).ldelim()
  encodeGraph(writer.uint32(18).fork(), graph).ldelim()
  writer.uint32(42).fork().uint32(10).string(SIGNATURE)
  writeSignature(writer.uint32(18).fork(), signature).ldelim().ldelim()
  return writer.ldelim().finish()
}

function writeSignature(writer: protobuf.Writer, { inputs, outputs }: Signature): protobuf.Writer {
  for (const port of inputs) writePort(writer.uint32(10).fork(), port).ldelim()
  for (const port of outputs) writePort(writer.uint32(18).fork(), port).ldelim()
  return writer.uint32(26).string(METHOD)
}

/** One entry of the map: its key, then a TensorInfo. */
function writePort(writer: protobuf.Writer, { key, node, dtype, shape }: SignaturePort): protobuf.Writer {
  writer.uint32(10).string(key).uint32(18).fork()
  writer.uint32(10).string(`${node}:0`).uint32(16).int32(DTYPE_CODES[dtype])
  return writeShape(writer.uint32(26).fork(), shape).ldelim().ldelim()
}
