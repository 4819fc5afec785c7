import protobuf from 'protobufjs/minimal.js'
import { SMALL } from '../../graph/half.ts'
import { arrayOfBytes, bytesOfArray, elementCount, floatsToHalves } from '../../graph/tensor.ts'
import { DATA_TYPE, TENSOR } from './schema.ts'
import { readTensorProto } from './tensorProto.ts'

/** An encoded TensorProto as one of float16; undefined where it is small, of another type or not stored as raw bytes. */
export function halvedTensor(bytes: Uint8Array, name: string): Uint8Array | undefined {
  const { shape, type, raw } = readTensorProto(bytes)
  if (type !== DATA_TYPE.float || raw === undefined || elementCount(shape) <= SMALL) return undefined
  const halves = floatsToHalves(arrayOfBytes('float32', raw) as Float32Array)
  const writer = protobuf.Writer.create()
  for (const size of shape) writer.uint32(TENSOR.dims).int64(size)
  writer.uint32(TENSOR.dataType).int32(DATA_TYPE.float16).uint32(TENSOR.name).string(name)
  return writer.uint32(TENSOR.rawData).bytes(bytesOfArray(halves)).finish()
}
