import protobuf from 'protobufjs/minimal.js'
import { SMALL } from '../../graph/half.ts'
import { arrayOfBytes, bytesOfArray, elementCount, floatsToHalves } from '../../graph/tensor.ts'
import { skip } from '../protobuf.ts'
import { DATA_TYPE, TENSOR } from './schema.ts'

/** An encoded TensorProto as one of float16; undefined where it is small, of another type or not stored as raw bytes. */
export function halvedTensor(bytes: Uint8Array, name: string): Uint8Array | undefined {
  const reader = protobuf.Reader.create(bytes)
  const shape: number[] = []
  let type = 0
  let raw: Uint8Array | undefined
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    if (tag === TENSOR.dims) shape.push(Number(reader.int64()))
    else if (tag === TENSOR.packedDims) {
      const end = reader.uint32() + reader.pos
      while (reader.pos < end) shape.push(Number(reader.int64()))
    } else if (tag === TENSOR.dataType) type = reader.int32()
    else if (tag === TENSOR.rawData) raw = reader.bytes()
    else skip(reader, tag)
  }
  if (type !== DATA_TYPE.float || raw === undefined || elementCount(shape) <= SMALL) return undefined
  const halves = floatsToHalves(arrayOfBytes('float32', raw) as Float32Array)
  const writer = protobuf.Writer.create()
  for (const size of shape) writer.uint32(TENSOR.dims).int64(size)
  writer.uint32(TENSOR.dataType).int32(DATA_TYPE.float16).uint32(TENSOR.name).string(name)
  return writer.uint32(TENSOR.rawData).bytes(bytesOfArray(halves)).finish()
}
