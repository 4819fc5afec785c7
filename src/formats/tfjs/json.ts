import type { Attr, AttrShape } from '../../graph/graph.ts'

/** The names that protobuf's JSON form gives TensorFlow's element types; the position is the number. */
const TYPE_NAMES =
  'INVALID FLOAT DOUBLE INT32 UINT8 INT16 INT8 STRING COMPLEX64 INT64 BOOL QINT8 QUINT8 QINT32 BFLOAT16 QINT16 QUINT16 UINT16 COMPLEX128 HALF RESOURCE VARIANT UINT32 UINT64'
    .split(' ')
    .map(name => `DT_${name}`)

/** Digits, where a number may be more than JSON has. */
type Digits = string | number
/** Bytes in base64; converters of 2018 wrote them as lists of codes. */
type Bytes = string | readonly number[]

interface JsonShape {
  readonly dim?: readonly { readonly size?: Digits }[]
  readonly unknownRank?: boolean
  readonly unknown_rank?: boolean
}

/** One attribute, as the schema in form.ts lets it through. */
export interface JsonAttr {
  readonly s?: Bytes
  readonly i?: Digits
  readonly f?: Digits
  readonly b?: boolean
  readonly type?: Digits
  readonly shape?: JsonShape
  readonly list?: {
    readonly s?: readonly Bytes[]
    readonly i?: readonly Digits[]
    readonly f?: readonly Digits[]
    readonly b?: readonly boolean[]
    readonly type?: readonly Digits[]
    readonly shape?: readonly JsonShape[]
  }
}

function typeCode(value: Digits): number {
  return typeof value === 'number' ? value : Math.max(0, TYPE_NAMES.indexOf(value))
}

export function typeName(code: number): string {
  return TYPE_NAMES[code] ?? 'DT_INVALID'
}

/** One attribute from protobuf's JSON form, or undefined for a kind that no inference uses (functions). */
export function attrOfJson(json: JsonAttr): Attr | undefined {
  if (json.s !== undefined) return { kind: 'string', value: stringOfJson(json.s) }
  if (json.i !== undefined) return { kind: 'int', value: Number(json.i) }
  if (json.f !== undefined) return { kind: 'float', value: Number(json.f) }
  if (json.b !== undefined) return { kind: 'bool', value: json.b }
  if (json.type !== undefined) return { kind: 'type', value: typeCode(json.type) }
  if (json.shape !== undefined) return { kind: 'shape', value: shapeOfJson(json.shape) }
  const { list } = json
  if (list === undefined) return undefined
  if (list.s?.length) return { kind: 'strings', value: list.s.map(stringOfJson) }
  if (list.f?.length) return { kind: 'floats', value: list.f.map(Number) }
  if (list.b?.length) return { kind: 'bools', value: list.b }
  if (list.type?.length) return { kind: 'types', value: list.type.map(typeCode) }
  if (list.shape?.length) return { kind: 'shapes', value: list.shape.map(shapeOfJson) }
  return { kind: 'ints', value: (list.i ?? []).map(Number) }
}

function stringOfJson(value: Bytes): string {
  return typeof value === 'string' ? Buffer.from(value, 'base64').toString('latin1') : String.fromCharCode(...value)
}

function shapeOfJson({ dim = [], unknownRank, unknown_rank }: JsonShape): AttrShape {
  return unknownRank || unknown_rank ? null : dim.map(({ size = 0 }) => Number(size))
}

export function shapeToJson(shape: AttrShape): JsonShape {
  return shape === null ? { unknownRank: true } : { dim: shape.map(size => ({ size: String(size) })) }
}

/** @returns undefined for attributes that TF.js cannot use */
export function attrToJson(attr: Attr): JsonAttr | undefined {
  switch (attr.kind) {
    case 'string':
      return { s: base64(attr.value) }
    case 'int':
      return { i: String(attr.value) }
    case 'float':
      return { f: attr.value }
    case 'bool':
      return { b: attr.value }
    case 'type':
      return { type: typeName(attr.value) }
    case 'shape':
      return { shape: shapeToJson(attr.value) }
    case 'ints':
      return { list: { i: attr.value.map(String) } }
    case 'floats':
      return { list: { f: [...attr.value] } }
    case 'bools':
      return { list: { b: [...attr.value] } }
    case 'types':
      return { list: { type: attr.value.map(typeName) } }
    case 'strings':
      return { list: { s: attr.value.map(base64) } }
    case 'shapes':
      return { list: { shape: attr.value.map(shapeToJson) } }
    default:
      return undefined
  }
}

function base64(text: string): string {
  return Buffer.from(text, 'latin1').toString('base64')
}
