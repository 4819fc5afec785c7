import protobuf from 'protobufjs/minimal.js'
import { UserError } from '../../errors.ts'
import { damaged, LIMITS, notGraph } from '../limits.ts'

/** A node of an ONNX model that somebody else made: what is needed to find one's way, and its bytes. */
export interface ForeignNode {
  readonly op: string
  readonly name: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly ints: ReadonlyMap<string, readonly number[]>
  /** It holds graphs of its own (If, Loop), which may use anything around them. */
  readonly isNested: boolean
  readonly bytes: Uint8Array
}

export interface ForeignTensor {
  readonly name: string
  readonly shape: readonly number[]
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
      if (tag === 58) graph = reader.bytes()
      else {
        reader.skipType(tag & 7)
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
    if (tag === 10) nodes.push(parseNode(reader.bytes()))
    else if (tag === 42) {
      const tensor = parseTensor(reader.bytes())
      tensors.set(tensor.name, tensor)
    } else if (tag === 90) inputs.push(parsePort(reader.bytes()))
    else if (tag === 98) outputs.push(parsePort(reader.bytes()))
    else reader.skipType(tag & 7)
    if (nodes.length > LIMITS.nodes) throw damaged('it has more nodes than any image network')
  })
  return { nodes, tensors, inputs, outputs }
}

function parseNode(bytes: Uint8Array): ForeignNode {
  const inputs: string[] = []
  const outputs: string[] = []
  const ints = new Map<string, readonly number[]>()
  let [name, op, isNested] = ['', '', false]
  each(bytes, (tag, reader) => {
    if (tag === 10) inputs.push(reader.string())
    else if (tag === 18) outputs.push(reader.string())
    else if (tag === 26) name = reader.string()
    else if (tag === 34) op = reader.string()
    else if (tag === 42) {
      let attribute = ''
      const values: number[] = []
      each(reader.bytes(), (inner, part) => {
        if (inner === 10) attribute = part.string()
        else if (inner === 24 || inner === 64) values.push(Number(part.int64()))
        else if (inner === 66) values.push(...packed(part.bytes()))
        else {
          if (inner === 50 || inner === 90) isNested = true
          part.skipType(inner & 7)
        }
      })
      ints.set(attribute, values)
    } else reader.skipType(tag & 7)
  })
  return { op, name, inputs, outputs, ints, isNested, bytes }
}

function packed(bytes: Uint8Array): number[] {
  const values: number[] = []
  const reader = protobuf.Reader.create(bytes)
  while (reader.pos < reader.len) values.push(Number(reader.int64()))
  return values
}

function parseTensor(bytes: Uint8Array): ForeignTensor {
  const shape: number[] = []
  const ints: number[] = []
  let name = ''
  let raw: Uint8Array | undefined
  let type = 0
  each(bytes, (tag, reader) => {
    if (tag === 8) shape.push(Number(reader.int64()))
    else if (tag === 10) shape.push(...packed(reader.bytes()))
    else if (tag === 16) type = reader.int32()
    else if (tag === 58) ints.push(...packed(reader.bytes().subarray(0, 160)))
    else if (tag === 66) name = reader.string()
    else if (tag === 74) raw = reader.bytes()
    else if (tag === 112 && reader.int32() === 1) {
      throw new UserError('E_BAD_GRAPH', 'The weights of the ONNX model are in another file.', {
        hint: 'Save it as one file (onnx.save with save_as_external_data=False).',
      })
    } else if (tag !== 112) reader.skipType(tag & 7)
  })
  if (type === 7 && raw !== undefined && raw.length <= 128) {
    const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength)
    for (let at = 0; at + 8 <= raw.length; at += 8) ints.push(Number(view.getBigInt64(at, true)))
  }
  return { name, shape, ints, bytes }
}

/** ValueInfoProto: name (1), type (2) { tensor_type (1) { elem_type (1), shape (2) { dim (1) { value (1) } } } } */
function parsePort(bytes: Uint8Array): ForeignPort {
  const shape: number[] = []
  let name = ''
  let type = 0
  each(bytes, (tag, reader) => {
    if (tag === 10) name = reader.string()
    else if (tag !== 18) reader.skipType(tag & 7)
    else {
      each(reader.bytes(), (kind, ofType) => {
        if (kind !== 10) return void ofType.skipType(kind & 7)
        each(ofType.bytes(), (part, tensor) => {
          if (part === 8) type = tensor.int32()
          else if (part === 18) each(tensor.bytes(), (_, dims) => shape.push(dimension(dims.bytes())))
          else tensor.skipType(part & 7)
        })
      })
    }
  })
  return { name, type, shape, bytes }
}

function dimension(bytes: Uint8Array): number {
  let size = -1
  each(bytes, (tag, reader) => {
    if (tag === 8) size = Number(reader.int64())
    else reader.skipType(tag & 7)
  })
  return size > 0 ? size : -1
}
