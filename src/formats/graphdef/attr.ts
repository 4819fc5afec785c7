import type { Reader, Writer } from 'protobufjs/minimal.js'
import type { Attr, AttrShape } from '../../graph/graph.ts'
import { damaged } from '../limits.ts'
import { fieldOf, isPacked, skip } from '../protobuf.ts'
import { ATTR_VALUE, LIST_VALUE, NAME_ATTR_LIST } from './schema.ts'
import { type Budget, readShape, readTensor, writeShape, writeTensor } from './tensor.ts'

/** Decodes an AttrValue; https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/framework/attr_value.proto */
export function readAttr(reader: Reader, end: number, budget: Budget): Attr {
  const start = reader.pos
  let attr: Attr | undefined
  while (reader.pos < end) {
    const tag = reader.uint32()
    if (tag === ATTR_VALUE.list) attr = readList(reader, subEnd(reader, end))
    else if (tag === ATTR_VALUE.s) attr = { kind: 'string', value: latin1(reader.bytes()) }
    else if (tag === ATTR_VALUE.i) attr = { kind: 'int', value: Number(reader.int64()) }
    else if (tag === ATTR_VALUE.f) attr = { kind: 'float', value: reader.float() }
    else if (tag === ATTR_VALUE.b) attr = { kind: 'bool', value: reader.bool() }
    else if (tag === ATTR_VALUE.type) attr = { kind: 'type', value: reader.int32() }
    else if (tag === ATTR_VALUE.shape) attr = { kind: 'shape', value: readShape(reader, subEnd(reader, end)) }
    else if (tag === ATTR_VALUE.tensor)
      attr = { kind: 'tensor', value: readTensor(reader, subEnd(reader, end), budget) }
    else if (tag === ATTR_VALUE.func) attr = readFunc(reader, subEnd(reader, end))
    else skip(reader, tag)
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

/** A NameAttrList: the function's own attributes are those of its nodes by the time a graph is saved. */
function readFunc(reader: Reader, end: number): Attr {
  let value = ''
  while (reader.pos < end) {
    const tag = reader.uint32()
    if (tag === NAME_ATTR_LIST.name) value = reader.string()
    else skip(reader, tag)
  }
  return { kind: 'func', value }
}

/** The lists of numbers, by their field. */
const NUMBER_LISTS = new Map<number, { kind: 'ints' | 'floats' | 'bools' | 'types'; read: (reader: Reader) => number }>(
  [
    [fieldOf(LIST_VALUE.i), { kind: 'ints', read: reader => Number(reader.int64()) }],
    [fieldOf(LIST_VALUE.f), { kind: 'floats', read: reader => reader.float() }],
    [fieldOf(LIST_VALUE.b), { kind: 'bools', read: reader => Number(reader.bool()) }],
    [fieldOf(LIST_VALUE.type), { kind: 'types', read: reader => reader.int32() }],
  ],
)

function readList(reader: Reader, end: number): Attr {
  const strings: string[] = []
  const numbers: number[] = []
  const shapes: AttrShape[] = []
  let kind: Attr['kind'] = 'ints'
  const start = reader.pos
  while (reader.pos < end) {
    const tag = reader.uint32()
    const list = NUMBER_LISTS.get(fieldOf(tag))
    if (tag === LIST_VALUE.s) {
      kind = 'strings'
      strings.push(latin1(reader.bytes()))
    } else if (tag === LIST_VALUE.shape) {
      kind = 'shapes'
      shapes.push(readShape(reader, subEnd(reader, end)))
    } else if (list !== undefined) {
      kind = list.kind
      const listEnd = isPacked(tag) ? subEnd(reader, end) : reader.pos + 1
      do {
        if (reader.pos < listEnd) numbers.push(list.read(reader))
      } while (reader.pos < listEnd)
    } else {
      kind = 'raw'
      skip(reader, tag)
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
  const head: number[] = [ATTR_VALUE.list]
  for (let rest = list.length; ; rest >>>= 7) {
    head.push(rest > 127 ? (rest & 127) | 128 : rest)
    if (rest <= 127) break
  }
  return Uint8Array.from([...head, ...list])
}

/** Encodes an AttrValue as one field of the open message: a length-delimited one, which `tag` names. */
export function writeAttr(writer: Writer, tag: number, attr: Attr): Writer {
  writer.uint32(tag)
  return attr.kind === 'raw' ? writer.bytes(attr.value) : writeValue(writer.fork(), attr).ldelim()
}

function writeValue(writer: Writer, attr: Exclude<Attr, { kind: 'raw' }>): Writer {
  switch (attr.kind) {
    case 'string':
      return writer.uint32(ATTR_VALUE.s).bytes(Buffer.from(attr.value, 'latin1'))
    case 'int':
      return writer.uint32(ATTR_VALUE.i).int64(attr.value)
    case 'float':
      return writer.uint32(ATTR_VALUE.f).float(attr.value)
    case 'bool':
      return writer.uint32(ATTR_VALUE.b).bool(attr.value)
    case 'type':
      return writer.uint32(ATTR_VALUE.type).int32(attr.value)
    case 'shape':
      return writeShape(writer.uint32(ATTR_VALUE.shape).fork(), attr.value).ldelim()
    case 'tensor':
      return writeTensor(writer.uint32(ATTR_VALUE.tensor).fork(), attr.value).ldelim()
    case 'func':
      return writer.uint32(ATTR_VALUE.func).fork().uint32(NAME_ATTR_LIST.name).string(attr.value).ldelim()
    default:
      return writeList(writer.uint32(ATTR_VALUE.list).fork(), attr).ldelim()
  }
}

function writeList(writer: Writer, attr: Attr): Writer {
  if (attr.kind === 'strings')
    for (const value of attr.value) writer.uint32(LIST_VALUE.s).bytes(Buffer.from(value, 'latin1'))
  else if (attr.kind === 'shapes')
    for (const value of attr.value) writeShape(writer.uint32(LIST_VALUE.shape).fork(), value).ldelim()
  else if (attr.kind === 'ints' || attr.kind === 'types' || attr.kind === 'floats' || attr.kind === 'bools') {
    if (attr.value.length === 0) return writer
    const { i, f, b, type } = LIST_VALUE
    writer.uint32({ ints: i, floats: f, bools: b, types: type }[attr.kind]).fork()
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
