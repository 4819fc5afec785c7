import protobuf from 'protobufjs/minimal.js'
import { skip } from '../protobuf.ts'

/** A message whose strings in the fields of the given tags are renamed; all else stays as it is encoded. */
export function renamed(bytes: Uint8Array, tags: readonly number[], rename: (name: string) => string): Uint8Array {
  const reader = protobuf.Reader.create(bytes)
  const writer = protobuf.Writer.create()
  const parts: Uint8Array[] = []
  while (reader.pos < reader.len) {
    const start = reader.pos
    const tag = reader.uint32()
    if (tags.includes(tag)) parts.push(writer.uint32(tag).string(rename(reader.string())).finish())
    else {
      skip(reader, tag)
      parts.push(bytes.subarray(start, reader.pos))
    }
    writer.reset()
  }
  return Buffer.concat(parts)
}
