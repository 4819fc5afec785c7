import {
  type Batch,
  batchType,
  Column,
  type DataType,
  fixedSizeBinary,
  fixedSizeList,
  float16,
  float32,
  float64,
  Table,
  tableFromColumns,
  tableFromIPC,
  tableToIPC,
  utf8,
} from '@uwdata/flechette'
import { Texts } from './texts.ts'

/** Bytes of a sha256. */
export const HASH_BYTES = 32

/** What vectors are: a picture's bottleneck, or the figures of its quality. The column is called so. */
export type VectorKind = 'bottleneck' | 'quality'

/** Vectors of pictures as an Arrow table: float32, or float16 as its bits. */
export interface VectorTable {
  /** A bottleneck unless given. */
  readonly kind?: VectorKind | undefined
  /** [rows, 32] */
  readonly hashes: Uint8Array
  /** [rows, width], row-major; `Uint16Array` holds float16. */
  readonly vectors: Float32Array | Uint16Array
  readonly rows: number
  readonly width: number
  readonly metadata: ReadonlyMap<string, string>
}

/** What is known of files, a column each. */
export interface FileTable {
  readonly paths: Texts
  readonly sizes: Float64Array
  readonly mtimes: Float64Array
  /** [files, 32] */
  readonly hashes: Uint8Array
  readonly metadata: ReadonlyMap<string, string>
}

/**
 * A table of `sha256: fixed_size_binary[32]` and `bottleneck: fixed_size_list<float32|float16>[width]`, or `quality`, as an
 * Arrow IPC file:
 * https://arrow.apache.org/docs/format/Columnar.html. The arrays become the file's buffers as they are.
 */
export function encodeVectors({
  kind = 'bottleneck',
  hashes,
  vectors,
  rows,
  width,
  metadata,
}: VectorTable): Uint8Array {
  const number = vectors instanceof Float32Array ? float32() : float16()
  const list = fixedSizeList(number, width)
  const numbers = batch(number, rows * width, { values: vectors })
  return encode(
    [
      ['sha256', column(fixedSizeBinary(HASH_BYTES), rows, { values: hashes })],
      [kind, column(list, rows, { children: [numbers] })],
    ],
    metadata,
  )
}

/** The same read back, without copying where the bytes are aligned. @throws Error for anything else than such a file */
export function decodeVectors(bytes: Uint8Array): VectorTable {
  const table = tableFromIPC(bytes)
  const rows = table.numRows
  const kind = table.schema.fields.some(({ name }) => name === 'quality') ? 'quality' : undefined
  const list = only(table, kind ?? 'bottleneck')
  const numbers = list.children[0]?.values
  const width = (list.type as { stride?: number }).stride ?? 0
  const hashes = only(table, 'sha256').values
  if (!(numbers instanceof Float32Array || numbers instanceof Uint16Array)) throw new Error('it has other vectors')
  if (!(hashes instanceof Uint8Array) || hashes.length < rows * HASH_BYTES) throw new Error('it has other hashes')
  if (!Number.isInteger(width) || width < 1 || numbers.length < rows * width)
    throw new Error('its vectors are cut short')
  return {
    kind,
    hashes: hashes.subarray(0, rows * HASH_BYTES),
    vectors: numbers.subarray(0, rows * width),
    rows,
    width,
    metadata: metadataOf(table),
  }
}

/** A table of files as an Arrow IPC file. */
export function encodeFiles({ paths, sizes, mtimes, hashes, metadata }: FileTable): Uint8Array {
  const rows = paths.length
  return encode(
    [
      ['path', column(utf8(), rows, { values: paths.bytes, offsets: paths.offsets })],
      ['size', column(float64(), rows, { values: sizes })],
      ['mtimeMs', column(float64(), rows, { values: mtimes })],
      ['sha256', column(fixedSizeBinary(HASH_BYTES), rows, { values: hashes })],
    ],
    metadata,
  )
}

/** The same read back. @throws Error for anything else than such a file */
export function decodeFiles(bytes: Uint8Array): FileTable {
  const table = tableFromIPC(bytes)
  const [sizes, mtimes] = ['size', 'mtimeMs'].map(name => only(table, name).values)
  const hashes = only(table, 'sha256').values
  if (!(sizes instanceof Float64Array && mtimes instanceof Float64Array)) throw new Error('it has other figures')
  if (!(hashes instanceof Uint8Array) || hashes.length < table.numRows * HASH_BYTES)
    throw new Error('it has other hashes')
  const paths = textsOf(only(table, 'path'), table.numRows)
  return { paths, sizes, mtimes, hashes, metadata: metadataOf(table) }
}

function textsOf({ values, offsets }: Batch<unknown>, rows: number): Texts {
  if (!(values instanceof Uint8Array && offsets instanceof Int32Array) || offsets.length <= rows) {
    throw new Error('it has other paths')
  }
  return new Texts(values, offsets.subarray(0, rows + 1))
}

type Buffers = ConstructorParameters<typeof Batch>[0]
type Contents = Pick<Buffers, 'values' | 'offsets' | 'children'>

/** The bitmap of a column in which nothing is null. */
const NO_NULLS = new Uint8Array(0)

function batch(type: DataType, length: number, contents: Contents): Batch<unknown> {
  // The class of a type's batches is chosen by the type; its base class alone is declared.
  const Class = batchType(type) as unknown as new (options: Buffers) => Batch<unknown>
  return new Class({ length, nullCount: 0, type, validity: NO_NULLS, ...contents })
}

function column(type: DataType, length: number, contents: Contents): Column<unknown> {
  return new Column([batch(type, length, contents)], type)
}

function encode(columns: [string, Column<unknown>][], metadata: ReadonlyMap<string, string>): Uint8Array {
  const { schema, children } = tableFromColumns(columns) as Table
  const table = new Table({ ...schema, metadata: new Map(metadata) }, children)
  return tableToIPC(table, { format: 'file' })!
}

/** The one batch of a column: what itc writes has no more. */
function only(table: Table, name: string): Batch<unknown> {
  const { data } = table.getChild(name)
  if (data.length !== 1) throw new Error(`its column ${name} has ${data.length} batches`)
  return data[0]!
}

function metadataOf({ schema }: Table): ReadonlyMap<string, string> {
  return schema.metadata ?? new Map()
}
