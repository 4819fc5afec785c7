import protobuf from 'protobufjs/minimal.js'
import { maskedCrc32c } from '../../disk/crc32c.ts'
import { UserError } from '../../errors.ts'
import { arrayOfBytes, type DType, dtypeOfCode, elementCount, emptyArray, type Tensor } from '../../graph/tensor.ts'
import { readShape } from '../graphdef/tensor.ts'
import { damaged } from '../limits.ts'
import { skip } from '../protobuf.ts'
import { BUNDLE_ENTRY, BUNDLE_HEADER } from './schema.ts'
import { readTable } from './sstable.ts'

/** Reads a file of the model by its path inside the model's folder. */
export type Load = (name: string) => Promise<Uint8Array>

const PREFIX = 'variables/variables'
const MOST_SHARDS = 10_000

/**
 * TensorFlow's checkpoint of named tensors: an index, and files that hold their bytes one after another.
 * https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/protobuf/tensor_bundle.proto
 */
export interface Bundle {
  has(key: string): boolean
  /** Reads the tensor's file once. @throws UserError E_BAD_GRAPH */
  read(key: string): Promise<Tensor>
}

/** @throws UserError E_BAD_GRAPH, E_NOT_FROZEN when the files are not there */
export async function openBundle(load: Load): Promise<Bundle> {
  const entries = readTable(await loaded(load, `${PREFIX}.index`))
  const shards = shardCount(entries.get(''))
  const files = new Map<number, Promise<Uint8Array>>()
  const shardAt = (id: number): Promise<Uint8Array> => {
    let file = files.get(id)
    if (file === undefined) {
      const five = (n: number): string => String(n).padStart(5, '0')
      file = loaded(load, `${PREFIX}.data-${five(id)}-of-${five(shards)}`)
      files.set(id, file)
    }
    return file
  }
  return {
    has: key => key !== '' && entries.has(key),
    read: async key => {
      const entry = readEntry(key, entries.get(key)!)
      if (entry.shard >= shards) throw damaged(`the weights "${key}" are in a file that is none of its own`)
      return tensorOf(key, entry, await shardAt(entry.shard))
    },
  }
}

async function loaded(load: Load, name: string): Promise<Uint8Array> {
  return load(name).catch((cause: unknown) => {
    throw new UserError('E_NOT_FROZEN', `The weights of the SavedModel, ${name}, can't be read.`, {
      hint: 'A SavedModel is a folder: saved_model.pb with the folder "variables" beside it, as it was saved.',
      cause,
    })
  })
}

function shardCount(header: Uint8Array | undefined): number {
  let [shards, endianness] = [1, 0]
  const reader = protobuf.Reader.create(header ?? new Uint8Array(0))
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    if (tag === BUNDLE_HEADER.shards) shards = reader.int32()
    else if (tag === BUNDLE_HEADER.endianness) endianness = reader.int32()
    else skip(reader, tag)
  }
  if (header === undefined || shards < 1 || shards > MOST_SHARDS) throw damaged('variables.index has no header')
  if (endianness !== 0) throw damaged('its weights were written by a machine of another byte order')
  return shards
}

interface Entry {
  readonly dtype: Exclude<DType, 'string'>
  readonly shape: readonly number[]
  readonly shard: number
  readonly offset: number
  readonly size: number
  readonly crc: number | undefined
}

function readEntry(key: string, bytes: Uint8Array): Entry {
  let [code, shard, offset, size, sliced] = [0, 0, 0, 0, false]
  let crc: number | undefined
  let shape: readonly number[] | null = []
  const reader = protobuf.Reader.create(bytes)
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    if (tag === BUNDLE_ENTRY.dtype) code = reader.int32()
    else if (tag === BUNDLE_ENTRY.shape) shape = readShape(reader, reader.uint32() + reader.pos)
    else if (tag === BUNDLE_ENTRY.shardId) shard = reader.int32()
    else if (tag === BUNDLE_ENTRY.offset) offset = Number(reader.int64())
    else if (tag === BUNDLE_ENTRY.size) size = Number(reader.int64())
    else if (tag === BUNDLE_ENTRY.crc32c) crc = reader.fixed32()
    else {
      sliced ||= tag === BUNDLE_ENTRY.slices
      skip(reader, tag)
    }
  }
  if (sliced) throw damaged(`the weights "${key}" are kept in slices, which this program does not put together`)
  const dtype = dtypeOfCode(code)
  if (dtype === undefined || dtype === 'string' || shape === null || shape.some(length => length < 0) || shard < 0) {
    throw damaged(`the weights "${key}" have no type or shape that a network computes with`)
  }
  return { dtype, shape, shard, offset, size, crc }
}

function tensorOf(key: string, { dtype, shape, offset, size, crc }: Entry, file: Uint8Array): Tensor {
  if (offset < 0 || size < 0 || offset + size > file.length) {
    throw damaged(`the file of the weights "${key}" is shorter than variables.index says`)
  }
  if (elementCount(shape) * emptyArray(dtype, 0).BYTES_PER_ELEMENT !== size) {
    throw damaged(`the weights "${key}" have not as many elements as their shape says`)
  }
  const bytes = file.subarray(offset, offset + size)
  if (crc !== undefined && maskedCrc32c(bytes) !== crc) throw damaged(`the checksum of the weights "${key}" is wrong`)
  return { dtype, shape, data: arrayOfBytes(dtype, bytes) }
}
