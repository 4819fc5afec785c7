import protobuf from 'protobufjs/minimal.js'
import { maskedCrc32c } from '../../disk/crc32c.ts'
import { damaged } from '../limits.ts'
import { unsnapped } from './snappy.ts'

/** Bytes at a table's end: two places of blocks, filled up, and the magic number. */
const FOOTER = 48
const MAGIC = '57fb808b247547db'
/** Behind each block: how it is compressed, and its checksum. */
const TRAILER = 5
const SNAPPY = 1
const MOST_ENTRIES = 200_000

/**
 * The entries of a LevelDB table, as TensorFlow writes the index of its checkpoints: sorted keys, each written without
 * what it shares with the one before; https://github.com/google/leveldb/blob/main/doc/table_format.md
 *
 * @throws UserError E_BAD_GRAPH
 */
export function readTable(bytes: Uint8Array): Map<string, Uint8Array> {
  const footer = Buffer.from(bytes.subarray(-FOOTER))
  if (footer.length < FOOTER || footer.subarray(-8).toString('hex') !== MAGIC) throw broken('it is cut off')
  const reader = protobuf.Reader.create(footer)
  readPlace(reader) // of blocks that nothing here needs
  const entries = new Map<string, Uint8Array>()
  for (const [, place] of blockEntries(block(bytes, readPlace(reader)))) {
    for (const [key, value] of blockEntries(block(bytes, readPlace(protobuf.Reader.create(place))))) {
      entries.set(key, value)
      if (entries.size > MOST_ENTRIES) throw broken('it lists more than any image network has')
    }
  }
  return entries
}

interface Place {
  readonly offset: number
  readonly size: number
}

function readPlace(reader: protobuf.Reader): Place {
  return { offset: Number(reader.uint64()), size: Number(reader.uint64()) }
}

/** A block's bytes, verified and unpacked. */
function block(bytes: Uint8Array, { offset, size }: Place): Uint8Array {
  const end = offset + size
  if (end + TRAILER > bytes.length - FOOTER) throw broken('a block lies behind its end')
  const checked = bytes.subarray(offset, end + 1)
  const trailer = Buffer.from(bytes.subarray(end, end + TRAILER))
  if (maskedCrc32c(checked) !== trailer.readUInt32LE(1)) throw broken('a checksum is wrong')
  const content = bytes.subarray(offset, end)
  return trailer[0] === SNAPPY ? unsnapped(content) : content
}

function* blockEntries(bytes: Uint8Array): Generator<[string, Uint8Array]> {
  if (bytes.length < 4) throw broken('a block is too short')
  const restarts = Buffer.from(bytes.subarray(-4)).readUInt32LE()
  const end = bytes.length - 4 * (restarts + 1)
  if (end < 0) throw broken('a block is too short')
  const reader = protobuf.Reader.create(bytes.subarray(0, end))
  let key = Buffer.alloc(0)
  while (reader.pos < reader.len) {
    const [shared, added, length] = [reader.uint32(), reader.uint32(), reader.uint32()]
    const from = reader.pos
    if (shared > key.length || from + added + length > end) throw broken('an entry runs over its end')
    key = Buffer.concat([key.subarray(0, shared), bytes.subarray(from, from + added)])
    reader.skip(added + length)
    yield [key.toString('latin1'), bytes.subarray(from + added, from + added + length)]
  }
}

function broken(detail: string): Error {
  return damaged(`variables/variables.index, the list of its weights, can't be read: ${detail}`)
}
