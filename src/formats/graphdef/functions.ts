import type { Reader } from 'protobufjs/minimal.js'
import type { GraphFunction } from '../../graph/functions.ts'
import type { GraphNode } from '../../graph/graph.ts'
import { damaged, LIMITS } from '../limits.ts'
import { skip } from '../protobuf.ts'
import { subEnd } from './attr.ts'
import { ARG_DEF, FUNCTION_DEF, LIBRARY, MAP_ENTRY, OP_DEF } from './schema.ts'

export type NodeReader = (reader: Reader, end: number) => GraphNode

/**
 * Decodes a FunctionDefLibrary into `functions`, by name. Inside a function outputs are called `node:output:0`, by the
 * output's name; here they become `node` and `node:1`, as in a graph.
 * https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/framework/function.proto
 *
 * @throws UserError E_BAD_GRAPH when it holds more than any image network has
 */
export function readLibrary(
  reader: Reader,
  end: number,
  functions: Map<string, GraphFunction>,
  readNode: NodeReader,
): void {
  let nodes = [...functions.values()].reduce((sum, each) => sum + each.nodes.length, 0)
  while (reader.pos < end) {
    const tag = reader.uint32()
    if (tag !== LIBRARY.function) {
      skip(reader, tag)
      continue
    }
    const read = readFunction(reader, subEnd(reader, end), readNode)
    functions.set(read.name, read)
    nodes += read.nodes.length
    if (nodes > LIMITS.nodes) throw damaged('its functions have more nodes than any image network')
  }
}

function readFunction(reader: Reader, end: number, readNode: NodeReader): GraphFunction {
  let signature: Signature = { name: '', inputs: [], outputs: [] }
  const nodes: GraphNode[] = []
  const returned = new Map<string, string>()
  while (reader.pos < end) {
    const tag = reader.uint32()
    if (tag === FUNCTION_DEF.signature) signature = readSignature(reader, subEnd(reader, end))
    else if (tag === FUNCTION_DEF.nodeDef) nodes.push(readNode(reader, subEnd(reader, end)))
    else if (tag === FUNCTION_DEF.ret) returned.set(...readReturn(reader, subEnd(reader, end)))
    else skip(reader, tag)
  }
  const ops = new Map(nodes.map(node => [node.name, node.op]))
  const plain = (ref: string): string => plainRef(ref, ops)
  return {
    name: signature.name,
    inputs: signature.inputs,
    results: signature.outputs.map(output => plain(returned.get(output) ?? '')),
    nodes: nodes.map(node => ({ ...node, inputs: node.inputs.map(plain) })),
  }
}

interface Signature {
  readonly name: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
}

function readSignature(reader: Reader, end: number): Signature {
  let name = ''
  const inputs: string[] = []
  const outputs: string[] = []
  while (reader.pos < end) {
    const tag = reader.uint32()
    if (tag === OP_DEF.name) name = reader.string()
    else if (tag === OP_DEF.inputArg) inputs.push(readArgName(reader, subEnd(reader, end)))
    else if (tag === OP_DEF.outputArg) outputs.push(readArgName(reader, subEnd(reader, end)))
    else skip(reader, tag)
    if (inputs.length > LIMITS.inputs || outputs.length > LIMITS.inputs) {
      throw damaged(`its function "${name}" has too many inputs or outputs`)
    }
  }
  return { name, inputs, outputs }
}

function readArgName(reader: Reader, end: number): string {
  let name = ''
  while (reader.pos < end) {
    const tag = reader.uint32()
    if (tag === ARG_DEF.name) name = reader.string()
    else skip(reader, tag)
  }
  return name
}

function readReturn(reader: Reader, end: number): [output: string, ref: string] {
  let [output, ref] = ['', '']
  while (reader.pos < end) {
    const tag = reader.uint32()
    if (tag === MAP_ENTRY.key) output = reader.string()
    else if (tag === MAP_ENTRY.value) ref = reader.string()
    else skip(reader, tag)
  }
  return [output, ref]
}

/** Outputs of ops that have several under names of their own, in order; all others have one, or one list. */
const OUTPUTS: readonly [op: RegExp, names: readonly string[]][] = [
  [/^FusedBatchNorm/, ['y', 'batch_mean', 'batch_variance', 'reserve_space_1', 'reserve_space_2', 'reserve_space_3']],
  [/^Switch$/, ['output_false', 'output_true']],
  [/^Merge$/, ['output', 'value_index']],
  [/^TopK/, ['values', 'indices']],
  [/^Unique/, ['y', 'idx']],
  [/^MaxPoolWithArgmax$/, ['output', 'argmax']],
]

function plainRef(ref: string, ops: ReadonlyMap<string, string>): string {
  const [name = '', output, index = '0'] = ref.split(':')
  if (output === undefined || ref.startsWith('^')) return ref
  const names = OUTPUTS.find(([op]) => op.test(ops.get(name) ?? ''))?.[1] ?? []
  const place = Math.max(0, names.indexOf(output)) + Number(index)
  return place === 0 ? name : `${name}:${place}`
}
