import protobuf from 'protobufjs/minimal.js'
import { type Graph, numberAttr, shapeAttr } from '../../graph/graph.ts'
import { DTYPE_CODES } from '../../graph/tensor.ts'
import { terminals } from '../../graph/traverse.ts'
import { MAP_ENTRY } from '../graphdef/schema.ts'
import { writeShape } from '../graphdef/tensor.ts'
import { encodeGraph } from '../graphdef/write.ts'
import { META_GRAPH, META_INFO, SAVED_MODEL, SIGNATURE_DEF, TENSOR_INFO } from './schema.ts'

export interface SavedModelOptions {
  /** Output nodes by the names that callers see; by default, each node that nothing else uses under its own name. */
  readonly outputs?: Readonly<Record<string, string>>
  /** Length of each output's rows, [-1, length], by node name, where it is known. */
  readonly lengths?: Readonly<Record<string, number>>
  /** Labels, one a line, and other small files that belong to the model: `assets.extra/NAME`. */
  readonly extra?: Readonly<Record<string, Uint8Array>>
}

/** The name under which TensorFlow Serving and `tf.saved_model.load` look for the function to call. */
const SIGNATURE = 'serving_default'
/** Of SavedModel; there has been no other. */
const SCHEMA_VERSION = 1

/**
 * A frozen graph as a SavedModel: file names and contents. Its `serving_default` signature takes the graph's placeholder.
 * There are no variables, so the folder `variables` may be absent.
 * https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/protobuf/meta_graph.proto
 */
export function writeSavedModel(graph: Graph, options: SavedModelOptions = {}): Record<string, Uint8Array> {
  const outputs = options.outputs ?? Object.fromEntries(terminals(graph).map(name => [name, name]))
  const writer = protobuf.Writer.create()
  writer.uint32(SAVED_MODEL.schemaVersion).int64(SCHEMA_VERSION)
  const meta = writer.uint32(SAVED_MODEL.metaGraphs).fork()
  meta.uint32(META_GRAPH.metaInfo).fork().uint32(META_INFO.tags).string('serve').ldelim()
  encodeGraph(meta.uint32(META_GRAPH.graphDef).fork(), graph).ldelim()
  const entry = meta.uint32(META_GRAPH.signatureDef).fork()
  entry.uint32(MAP_ENTRY.key).string(SIGNATURE).uint32(MAP_ENTRY.value).fork()
  for (const node of graph.nodes) {
    if (node.op !== 'Placeholder') continue
    const dtype = numberAttr(node, 'dtype', DTYPE_CODES.float32)
    writePort(entry, SIGNATURE_DEF.inputs, node.name, node.name, dtype, shapeAttr(node))
  }
  for (const [name, node] of Object.entries(outputs)) {
    const length = options.lengths?.[node]
    const shape = length === undefined ? null : [-1, length]
    writePort(entry, SIGNATURE_DEF.outputs, name, node, DTYPE_CODES.float32, shape)
  }
  entry.uint32(SIGNATURE_DEF.methodName).string('tensorflow/serving/predict').ldelim().ldelim()
  meta.ldelim()
  const extra = Object.entries(options.extra ?? {}).map(([name, bytes]) => [`assets.extra/${name}`, bytes] as const)
  return { 'saved_model.pb': writer.finish(), ...Object.fromEntries(extra) }
}

/** An entry of SignatureDef's inputs or outputs: a TensorInfo by its public name. */
function writePort(
  writer: protobuf.Writer,
  tag: number,
  name: string,
  node: string,
  dtype: number,
  shape: readonly number[] | null,
): void {
  writer.uint32(tag).fork().uint32(MAP_ENTRY.key).string(name).uint32(MAP_ENTRY.value).fork()
  writer.uint32(TENSOR_INFO.name).string(`${node}:0`).uint32(TENSOR_INFO.dtype).int32(dtype)
  writeShape(writer.uint32(TENSOR_INFO.tensorShape).fork(), shape).ldelim()
  writer.ldelim().ldelim()
}
