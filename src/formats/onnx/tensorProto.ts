import protobuf from 'protobufjs/minimal.js'
import { skip } from '../protobuf.ts'
import { ENTRY, EXTERNAL, TENSOR } from './schema.ts'

/** A TensorProto's fields, as they are encoded. https://github.com/onnx/onnx/blob/main/onnx/onnx.proto */
export interface TensorProto {
  readonly name: string
  readonly shape: readonly number[]
  /** TensorProto.DataType */
  readonly type: number
  /** Its numbers, little-endian, where they are stored so. */
  readonly raw: Uint8Array | undefined
  /** Its numbers as packed varints, where they are stored so. */
  readonly int64Data: Uint8Array | undefined
  /** Its numbers are in another file. */
  readonly isElsewhere: boolean
  /** Where there. */
  readonly external: ReadonlyMap<string, string>
}

export function readTensorProto(bytes: Uint8Array): TensorProto {
  const shape: number[] = []
  const external = new Map<string, string>()
  let [name, type, location] = ['', 0, 0]
  let [raw, int64Data]: (Uint8Array | undefined)[] = []
  const reader = protobuf.Reader.create(bytes)
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    if (tag === TENSOR.dims) shape.push(Number(reader.int64()))
    else if (tag === TENSOR.packedDims) shape.push(...packed(reader.bytes()))
    else if (tag === TENSOR.dataType) type = reader.int32()
    else if (tag === TENSOR.name) name = reader.string()
    else if (tag === TENSOR.rawData) raw = reader.bytes()
    else if (tag === TENSOR.int64Data) int64Data = reader.bytes()
    else if (tag === TENSOR.dataLocation) location = reader.int32()
    else if (tag === TENSOR.externalData) external.set(...entry(reader.bytes()))
    else skip(reader, tag)
  }
  return { name, shape, type, raw, int64Data, isElsewhere: location === EXTERNAL, external }
}

/** Whole numbers one behind the other. */
export function packed(bytes: Uint8Array): number[] {
  const values: number[] = []
  const reader = protobuf.Reader.create(bytes)
  while (reader.pos < reader.len) values.push(Number(reader.int64()))
  return values
}

function entry(bytes: Uint8Array): [key: string, value: string] {
  let [key, value] = ['', '']
  const reader = protobuf.Reader.create(bytes)
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    if (tag === ENTRY.key) key = reader.string()
    else if (tag === ENTRY.value) value = reader.string()
    else skip(reader, tag)
  }
  return [key, value]
}
