import type { Reader, Writer } from 'protobufjs/minimal.js'
import {
  arrayOfBytes,
  bytesOfArray,
  DTYPE_CODES,
  dtypeOfCode,
  elementCount,
  emptyArray,
  type NumericArray,
  type Tensor,
} from '../../graph/tensor.ts'
import { damaged, LIMITS } from '../limits.ts'

/** How many elements of repeated constants may still be written out; shared by a whole graph. */
export interface Budget {
  repeated: number
}

/** Fields of TensorProto that hold one number each; the rest are tensor_content (4) and string_val (8). */
const VALUE_READERS: Record<number, (reader: Reader) => number> = {
  5: reader => reader.float(),
  6: reader => reader.double(),
  7: reader => reader.int32(),
  10: reader => Number(reader.int64()),
  11: reader => (reader.bool() ? 1 : 0),
  13: reader => reader.int32(),
  16: reader => reader.uint32(),
  17: reader => Number(reader.uint64()),
}

/**
 * Decodes a TensorProto. Without tensor_content, the last listed value fills what the list leaves open.
 * https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/framework/tensor.proto
 */
export function readTensor(reader: Reader, end: number, budget: Budget): Tensor {
  let code = 0
  let shape: readonly number[] | null = []
  let content: Uint8Array | undefined
  const values: number[] = []
  const strings: Uint8Array[] = []
  while (reader.pos < end) {
    const tag = reader.uint32()
    const field = tag >>> 3
    const readValue = VALUE_READERS[field]
    if (field === 1) code = reader.int32()
    else if (field === 2) shape = readShape(reader, reader.uint32() + reader.pos)
    else if (field === 4) content = reader.bytes()
    else if (field === 8) strings.push(reader.bytes())
    else if (readValue !== undefined) {
      if ((tag & 7) !== 2) values.push(readValue(reader))
      else {
        const listEnd = reader.uint32() + reader.pos
        if (listEnd > end) throw damaged('a constant is longer than its node')
        while (reader.pos < listEnd) values.push(readValue(reader))
      }
    } else reader.skipType(tag & 7)
  }
  const dtype = dtypeOfCode(code)
  if (dtype === undefined) throw damaged(`a constant has the element type ${code}, which no image network uses`)
  if (shape === null || shape.some(size => size < 0)) throw damaged('a constant has an open shape')
  const count = elementCount(shape)
  // Nothing in it, and yet an axis that arrays would be made for.
  if (count === 0 && shape.some(size => size > 2 ** 20)) throw damaged('an empty constant has a long axis')
  if (dtype === 'string') {
    if (strings.length !== count) throw damaged('a constant has not as many strings as its shape says')
    return { dtype, shape, data: strings }
  }
  if (content !== undefined && content.length > 0) {
    const data = arrayOfBytes(dtype, content)
    if (data.length !== count) throw damaged('a constant has not as many elements as its shape says')
    return { dtype, shape, data }
  }
  if (values.length > count) throw damaged('a constant has more elements than its shape says')
  if (values.length < count) budget.repeated -= count
  if (budget.repeated < 0) throw damaged('its constants are larger than any image network has')
  return { dtype, shape, data: spread(emptyArray(dtype, count), values) }
}

function spread(data: NumericArray, values: readonly number[]): NumericArray {
  const last = values.at(-1) ?? 0
  if (data instanceof BigInt64Array) {
    data.fill(BigInt(last))
    for (const [i, value] of values.entries()) data[i] = BigInt(value)
    return data
  }
  data.fill(last)
  data.set(values)
  return data
}

/** Decodes a TensorShapeProto; null when the rank is open. */
export function readShape(reader: Reader, end: number): readonly number[] | null {
  const shape: number[] = []
  let open = false
  while (reader.pos < end) {
    const tag = reader.uint32()
    if (tag >>> 3 === 2) shape.push(readDimension(reader, reader.uint32() + reader.pos))
    else if (tag >>> 3 === 3) open = reader.bool()
    else reader.skipType(tag & 7)
    if (shape.length > LIMITS.rank) throw damaged('a shape has too many axes')
  }
  return open ? null : shape
}

function readDimension(reader: Reader, end: number): number {
  let size = 0
  while (reader.pos < end) {
    const tag = reader.uint32()
    if (tag >>> 3 === 1) size = Number(reader.int64())
    else reader.skipType(tag & 7)
  }
  if (size < -1 || size > 2 ** 40) throw damaged(`a shape has an axis of ${size}`)
  return size
}

/** Encodes a TensorProto's fields into an open message. */
export function writeTensor(writer: Writer, tensor: Tensor): Writer {
  writer.uint32(8).int32(DTYPE_CODES[tensor.dtype])
  writeShape(writer.uint32(18).fork(), tensor.shape).ldelim()
  if (tensor.dtype === 'string') for (const value of tensor.data) writer.uint32(66).bytes(value)
  else if (tensor.data.length > 0) writer.uint32(34).bytes(bytesOfArray(tensor.data))
  return writer
}

export function writeShape(writer: Writer, shape: readonly number[] | null): Writer {
  if (shape === null) return writer.uint32(24).bool(true)
  for (const size of shape) writer.uint32(18).fork().uint32(8).int64(size).ldelim()
  return writer
}
