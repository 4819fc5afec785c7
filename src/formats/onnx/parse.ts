import protobuf from 'protobufjs/minimal.js'
import { UserError } from '../../errors.ts'
import { damaged, LIMITS, notGraph } from '../limits.ts'
import { skip } from '../protobuf.ts'
import { ATTRIBUTE, DATA_TYPE, DIMENSION, GRAPH, MODEL, NODE, SHAPE, TENSOR_TYPE, TYPE, VALUE_INFO } from './schema.ts'
import { packed, readTensorProto } from './tensorProto.ts'

/** A node of an ONNX model that somebody else made: what is needed to find one's way, and its bytes. */
export interface ForeignNode {
  readonly op: string
  readonly name: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** Its attributes of whole numbers, those of a small int64 tensor among them. */
  readonly ints: ReadonlyMap<string, readonly number[]>
  /** It holds graphs of its own (If, Loop), which may use anything around them. */
  readonly isNested: boolean
  readonly bytes: Uint8Array
}

interface ForeignTensor {
  readonly name: string
  readonly shape: readonly number[]
  /** ONNX' number of the element type. */
  readonly type: number
  /** Of small int64 tensors: axes. */
  readonly ints: readonly number[]
  readonly bytes: Uint8Array
}

export interface ForeignPort {
  readonly name: string
  /** ONNX' number of the element type. */
  readonly type: number
  /** -1 where open. */
  readonly shape: readonly number[]
  readonly bytes: Uint8Array
}

export interface ForeignModel {
  readonly nodes: readonly ForeignNode[]
  readonly tensors: ReadonlyMap<string, ForeignTensor>
  /** The node that gives each tensor which is computed. */
  readonly producers: ReadonlyMap<string, ForeignNode>
  readonly inputs: readonly ForeignPort[]
  readonly outputs: readonly ForeignPort[]
  /** The fields of the model around its graph (versions, opsets, functions, metadata), as they are. */
  readonly around: readonly Uint8Array[]
}

/** @throws UserError E_NOT_A_GRAPH, E_BAD_GRAPH */
export function parseOnnx(bytes: Uint8Array): ForeignModel {
  const around: Uint8Array[] = []
  let graph: Uint8Array | undefined
  try {
    each(bytes, (tag, reader, start) => {
      if (tag === MODEL.graph) graph = reader.bytes()
      else {
        skip(reader, tag)
        around.push(bytes.subarray(start, reader.pos))
      }
    })
    if (graph === undefined) throw notGraph('there is no graph in it')
    return { ...parseGraph(graph), around }
  } catch (error) {
    if (error instanceof UserError) throw error
    throw notGraph('its bytes cannot be decoded', error)
  }
}

/** A small list of whole numbers that a tensor holds from the start: axes, a shape. */
export function intsOf(model: ForeignModel, name: string | undefined): readonly number[] {
  const tensor = model.tensors.get(name ?? '')
  if (tensor !== undefined) return tensor.ints
  const node = model.producers.get(name ?? '')
  return (node?.op === 'Constant' && node.ints.get('value')) || []
}

/** Of axes and shapes no more is read. */
const MOST_INTS_BYTES = 160

type Field = (tag: number, reader: protobuf.Reader, start: number) => void

/** Calls back at each field; the callback must read or skip it. */
function each(bytes: Uint8Array, field: Field): void {
  const reader = protobuf.Reader.create(bytes)
  while (reader.pos < reader.len) {
    const start = reader.pos
    field(reader.uint32(), reader, start)
  }
}

function parseGraph(bytes: Uint8Array): Omit<ForeignModel, 'around'> {
  const nodes: ForeignNode[] = []
  const tensors = new Map<string, ForeignTensor>()
  const inputs: ForeignPort[] = []
  const outputs: ForeignPort[] = []
  each(bytes, (tag, reader) => {
    if (tag === GRAPH.node) nodes.push(parseNode(reader.bytes()))
    else if (tag === GRAPH.initializer) {
      const tensor = parseTensor(reader.bytes())
      tensors.set(tensor.name, tensor)
    } else if (tag === GRAPH.input) inputs.push(parsePort(reader.bytes()))
    else if (tag === GRAPH.output) outputs.push(parsePort(reader.bytes()))
    else skip(reader, tag)
    if (nodes.length > LIMITS.nodes) throw damaged('it has more nodes than any image network')
  })
  const producers = new Map(nodes.flatMap(node => node.outputs.map(output => [output, node] as const)))
  return { nodes, tensors, producers, inputs, outputs }
}

function parseNode(bytes: Uint8Array): ForeignNode {
  const inputs: string[] = []
  const outputs: string[] = []
  const ints = new Map<string, readonly number[]>()
  let [name, op, isNested] = ['', '', false]
  each(bytes, (tag, reader) => {
    if (tag === NODE.input) inputs.push(reader.string())
    else if (tag === NODE.output) outputs.push(reader.string())
    else if (tag === NODE.name) name = reader.string()
    else if (tag === NODE.opType) op = reader.string()
    else if (tag === NODE.attribute) {
      let attribute = ''
      const values: number[] = []
      each(reader.bytes(), (inner, part) => {
        if (inner === ATTRIBUTE.name) attribute = part.string()
        else if (inner === ATTRIBUTE.i || inner === ATTRIBUTE.ints) values.push(Number(part.int64()))
        else if (inner === ATTRIBUTE.packedInts) values.push(...packed(part.bytes()))
        else if (inner === ATTRIBUTE.t) values.push(...parseTensor(part.bytes()).ints)
        else {
          if (inner === ATTRIBUTE.g || inner === ATTRIBUTE.graphs) isNested = true
          skip(part, inner)
        }
      })
      ints.set(attribute, values)
    } else skip(reader, tag)
  })
  return { op, name, inputs, outputs, ints, isNested, bytes }
}

function parseTensor(bytes: Uint8Array): ForeignTensor {
  const { name, shape, type, raw, int64Data, isElsewhere } = readTensorProto(bytes)
  if (isElsewhere) throw elsewhere()
  const ints = int64Data === undefined ? [] : packed(int64Data.subarray(0, MOST_INTS_BYTES))
  if (type === DATA_TYPE.int64 && raw !== undefined && raw.length <= 128) {
    const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength)
    for (let at = 0; at + 8 <= raw.length; at += 8) ints.push(Number(view.getBigInt64(at, true)))
  }
  return { name, shape, type, ints, bytes }
}

/** Readers of a file put the weights beside it in; a model without a file has none beside it. */
function elsewhere(): UserError {
  return new UserError('E_BAD_GRAPH', 'The weights of the ONNX model are in another file.', {
    hint: 'Save it as one file (onnx.save with save_as_external_data=False).',
  })
}

function parsePort(bytes: Uint8Array): ForeignPort {
  const shape: number[] = []
  let name = ''
  let type = 0
  each(bytes, (tag, reader) => {
    if (tag === VALUE_INFO.name) name = reader.string()
    else if (tag !== VALUE_INFO.type) skip(reader, tag)
    else {
      each(reader.bytes(), (kind, typed) => {
        if (kind !== TYPE.tensorType) return skip(typed, kind)
        each(typed.bytes(), (part, tensor) => {
          if (part === TENSOR_TYPE.elemType) type = tensor.int32()
          else if (part === TENSOR_TYPE.shape) shape.push(...dimensions(tensor.bytes()))
          else skip(tensor, part)
        })
      })
    }
  })
  return { name, type, shape, bytes }
}

function dimensions(bytes: Uint8Array): number[] {
  const sizes: number[] = []
  each(bytes, (tag, reader) => {
    if (tag === SHAPE.dim) sizes.push(dimension(reader.bytes()))
    else skip(reader, tag)
  })
  return sizes
}

function dimension(bytes: Uint8Array): number {
  let size = -1
  each(bytes, (tag, reader) => {
    if (tag === DIMENSION.dimValue) size = Number(reader.int64())
    else skip(reader, tag)
  })
  return size > 0 ? size : -1
}
