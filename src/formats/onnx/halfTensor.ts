import protobuf from 'protobufjs/minimal.js'
import { SMALL } from '../../graph/half.ts'
import { arrayOfBytes, bytesOfArray, elementCount, floatsToHalves } from '../../graph/tensor.ts'

/** ONNX' numbers of the types. */
const FLOAT = 1
const HALF = 10

/** An encoded TensorProto as one of float16; undefined where it is small, of another type or not stored as raw bytes. */
export function halvedTensor(bytes: Uint8Array, name: string): Uint8Array | undefined {
  const reader = protobuf.Reader.create(bytes)
  const shape: number[] = []
  let type = 0
  let raw: Uint8Array | undefined
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    if (tag === 8) shape.push(Number(reader.int64()))
    else if (tag === 10) {
      const end = reader.uint32() + reader.pos
      while (reader.pos < end) shape.push(Number(reader.int64()))
    } else if (tag === 16) type = reader.int32()
    else if (tag === 74) raw = reader.bytes()
    else reader.skipType(tag & 7)
  }
  if (type !== FLOAT || raw === undefined || elementCount(shape) <= SMALL) return undefined
  const halves = floatsToHalves(arrayOfBytes('float32', raw) as Float32Array)
  const writer = protobuf.Writer.create()
  for (const size of shape) writer.uint32(8).int64(size)
  return writer.uint32(16).int32(HALF).uint32(66).string(name).uint32(74).bytes(bytesOfArray(halves)).finish()
}
