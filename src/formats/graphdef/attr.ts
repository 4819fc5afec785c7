import type { Reader, Writer } from 'protobufjs/minimal.js'
import type { Attr, AttrShape } from '../../graph/graph.ts'
import { damaged } from '../limits.ts'
import { type Budget, readShape, readTensor, writeShape, writeTensor } from './tensor.ts'

/** Decodes an AttrValue; https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/framework/attr_value.proto */
export function readAttr(reader: Reader, end: number, budget: Budget): Attr {
  const start = reader.pos
  let attr: Attr | undefined
  while (reader.pos < end) {
    const tag = reader.uint32()
    const field = tag >>> 3
    if (field === 1) attr = readList(reader, subEnd(reader, end))
    else if (field === 2) attr = { kind: 'string', value: latin1(reader.bytes()) }
    else if (field === 3) attr = { kind: 'int', value: Number(reader.int64()) }
    else if (field === 4) attr = { kind: 'float', value: reader.float() }
    else if (field === 5) attr = { kind: 'bool', value: reader.bool() }
    else if (field === 6) attr = { kind: 'type', value: reader.int32() }
    else if (field === 7) attr = { kind: 'shape', value: readShape(reader, subEnd(reader, end)) }
    else if (field === 8) attr = { kind: 'tensor', value: readTensor(reader, subEnd(reader, end), budget) }
    else reader.skipType(tag & 7)
  }
  if (reader.pos !== end) throw damaged('an attribute runs over its end')
  return attr ?? { kind: 'raw', value: reader.buf.slice(start, end) }
}

/** The end of a sub-message that must lie inside its parent. */
export function subEnd(reader: Reader, end: number): number {
  const length = reader.uint32()
  if (reader.pos + length > end) throw damaged('a part is longer than the whole')
  return reader.pos + length
}

function readList(reader: Reader, end: number): Attr {
  const strings: string[] = []
  const numbers: number[] = []
  const shapes: AttrShape[] = []
  let kind: Attr['kind'] = 'ints'
  const start = reader.pos
  while (reader.pos < end) {
    const tag = reader.uint32()
    const field = tag >>> 3
    if (field === 2) {
      kind = 'strings'
      strings.push(latin1(reader.bytes()))
    } else if (field === 7) {
      kind = 'shapes'
      shapes.push(readShape(reader, subEnd(reader, end)))
    } else if (field >= 3 && field <= 6) {
      kind = ({ 3: 'ints', 4: 'floats', 5: 'bools', 6: 'types' } as const)[field as 3 | 4 | 5 | 6]
      const listEnd = (tag & 7) === 2 ? subEnd(reader, end) : reader.pos + 1
      do {
        if (reader.pos < listEnd) numbers.push(readNumber(reader, field))
      } while (reader.pos < listEnd)
    } else {
      kind = 'raw'
      reader.skipType(tag & 7)
    }
  }
  if (kind === 'strings') return { kind, value: strings }
  if (kind === 'shapes') return { kind, value: shapes }
  if (kind === 'bools') return { kind, value: numbers.map(Boolean) }
  if (kind === 'floats' || kind === 'types' || kind === 'ints') return { kind, value: numbers }
  // An AttrValue again: its list field, as it was.
  return { kind: 'raw', value: listBytes(reader.buf.slice(start, end)) }
}

function listBytes(list: Uint8Array): Uint8Array {
  const head: number[] = [10]
  for (let rest = list.length; ; rest >>>= 7) {
    head.push(rest > 127 ? (rest & 127) | 128 : rest)
    if (rest <= 127) break
  }
  return Uint8Array.from([...head, ...list])
}

function readNumber(reader: Reader, field: number): number {
  if (field === 3) return Number(reader.int64())
  if (field === 4) return reader.float()
  return field === 5 ? Number(reader.bool()) : reader.int32()
}

/** Encodes an AttrValue as one field of the open message: a length-delimited one, which `tag` names. */
export function writeAttr(writer: Writer, tag: number, attr: Attr): Writer {
  writer.uint32(tag)
  return attr.kind === 'raw' ? writer.bytes(attr.value) : writeValue(writer.fork(), attr).ldelim()
}

function writeValue(writer: Writer, attr: Exclude<Attr, { kind: 'raw' }>): Writer {
  switch (attr.kind) {
    case 'string':
      return writer.uint32(18).bytes(Buffer.from(attr.value, 'latin1'))
    case 'int':
      return writer.uint32(24).int64(attr.value)
    case 'float':
      return writer.uint32(37).float(attr.value)
    case 'bool':
      return writer.uint32(40).bool(attr.value)
    case 'type':
      return writer.uint32(48).int32(attr.value)
    case 'shape':
      return writeShape(writer.uint32(58).fork(), attr.value).ldelim()
    case 'tensor':
      return writeTensor(writer.uint32(66).fork(), attr.value).ldelim()
    default:
      return writeList(writer.uint32(10).fork(), attr).ldelim()
  }
}

function writeList(writer: Writer, attr: Attr): Writer {
  if (attr.kind === 'strings') for (const value of attr.value) writer.uint32(18).bytes(Buffer.from(value, 'latin1'))
  else if (attr.kind === 'shapes') for (const value of attr.value) writeShape(writer.uint32(58).fork(), value).ldelim()
  else if (attr.kind === 'ints' || attr.kind === 'types' || attr.kind === 'floats' || attr.kind === 'bools') {
    if (attr.value.length === 0) return writer
    writer.uint32({ ints: 26, floats: 34, bools: 42, types: 50 }[attr.kind]).fork()
    for (const value of attr.value) {
      if (attr.kind === 'floats') writer.float(Number(value))
      else if (attr.kind === 'bools') writer.bool(Boolean(value))
      else writer.int64(Number(value))
    }
    writer.ldelim()
  }
  return writer
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}
