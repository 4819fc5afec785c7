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
import { fieldOf, isPacked, skip } from '../protobuf.ts'
import { DIM, TENSOR, TENSOR_SHAPE } from './schema.ts'

/** How many elements of repeated constants may still be written out; shared by a whole graph. */
export interface Budget {
  repeated: number
}

/** Fields of TensorProto that list numbers. */
const VALUE_READERS = new Map<number, (reader: Reader) => number>([
  [fieldOf(TENSOR.floatVal), reader => reader.float()],
  [fieldOf(TENSOR.doubleVal), reader => reader.double()],
  [fieldOf(TENSOR.intVal), reader => reader.int32()],
  [fieldOf(TENSOR.int64Val), reader => Number(reader.int64())],
  [fieldOf(TENSOR.boolVal), reader => (reader.bool() ? 1 : 0)],
  [fieldOf(TENSOR.halfVal), reader => reader.int32()],
  [fieldOf(TENSOR.uint32Val), reader => reader.uint32()],
  [fieldOf(TENSOR.uint64Val), reader => Number(reader.uint64())],
])

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
    const readValue = VALUE_READERS.get(fieldOf(tag))
    if (tag === TENSOR.dtype) code = reader.int32()
    else if (tag === TENSOR.tensorShape) shape = readShape(reader, reader.uint32() + reader.pos)
    else if (tag === TENSOR.tensorContent) content = reader.bytes()
    else if (tag === TENSOR.stringVal) strings.push(reader.bytes())
    else if (readValue !== undefined) {
      if (!isPacked(tag)) values.push(readValue(reader))
      else {
        const listEnd = reader.uint32() + reader.pos
        if (listEnd > end) throw damaged('a constant is longer than its node')
        while (reader.pos < listEnd) values.push(readValue(reader))
      }
    } else skip(reader, tag)
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
    if (tag === TENSOR_SHAPE.dim) shape.push(readDimension(reader, reader.uint32() + reader.pos))
    else if (tag === TENSOR_SHAPE.unknownRank) open = reader.bool()
    else skip(reader, tag)
    if (shape.length > LIMITS.rank) throw damaged('a shape has too many axes')
  }
  return open ? null : shape
}

function readDimension(reader: Reader, end: number): number {
  let size = 0
  while (reader.pos < end) {
    const tag = reader.uint32()
    if (tag === DIM.size) size = Number(reader.int64())
    else skip(reader, tag)
  }
  if (size < -1 || size > 2 ** 40) throw damaged(`a shape has an axis of ${size}`)
  return size
}

/** Encodes a TensorProto's fields into an open message. */
export function writeTensor(writer: Writer, tensor: Tensor): Writer {
  writer.uint32(TENSOR.dtype).int32(DTYPE_CODES[tensor.dtype])
  writeShape(writer.uint32(TENSOR.tensorShape).fork(), tensor.shape).ldelim()
  if (tensor.dtype === 'string') for (const value of tensor.data) writer.uint32(TENSOR.stringVal).bytes(value)
  else if (tensor.data.length > 0) writer.uint32(TENSOR.tensorContent).bytes(bytesOfArray(tensor.data))
  return writer
}

export function writeShape(writer: Writer, shape: readonly number[] | null): Writer {
  if (shape === null) return writer.uint32(TENSOR_SHAPE.unknownRank).bool(true)
  for (const size of shape) writer.uint32(TENSOR_SHAPE.dim).fork().uint32(DIM.size).int64(size).ldelim()
  return writer
}
