import protobuf from 'protobufjs/minimal.js'
import { type Graph, numberAttr, shapeAttr } from '../../graph/graph.ts'
import { DTYPE_CODES } from '../../graph/tensor.ts'
import { terminals } from '../../graph/traverse.ts'
import { writeShape } from '../graphdef/tensor.ts'
import { encodeGraph } from '../graphdef/write.ts'

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

/**
 * A frozen graph as a SavedModel: file names and contents. Its `serving_default` signature takes the graph's placeholder.
 * There are no variables, so the folder `variables` may be absent.
 * https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/protobuf/meta_graph.proto
 */
export function writeSavedModel(graph: Graph, options: SavedModelOptions = {}): Record<string, Uint8Array> {
  const outputs = options.outputs ?? Object.fromEntries(terminals(graph).map(name => [name, name]))
  const writer = protobuf.Writer.create()
  writer.uint32(8).int64(1)
  const meta = writer.uint32(18).fork()
  meta.uint32(10).fork().uint32(34).string('serve').ldelim()
  encodeGraph(meta.uint32(18).fork(), graph).ldelim()
  const entry = meta.uint32(42).fork().uint32(10).string(SIGNATURE).uint32(18).fork()
  for (const node of graph.nodes) {
    if (node.op !== 'Placeholder') continue
    writePort(entry, 10, node.name, node.name, numberAttr(node, 'dtype', DTYPE_CODES.float32), shapeAttr(node))
  }
  for (const [name, node] of Object.entries(outputs)) {
    const length = options.lengths?.[node]
    writePort(entry, 18, name, node, DTYPE_CODES.float32, length === undefined ? null : [-1, length])
  }
  entry.uint32(26).string('tensorflow/serving/predict').ldelim().ldelim()
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
  writer.uint32(tag).fork().uint32(10).string(name).uint32(18).fork()
  writer.uint32(10).string(`${node}:0`).uint32(16).int32(dtype)
  writeShape(writer.uint32(26).fork(), shape).ldelim()
  writer.ldelim().ldelim()
}
