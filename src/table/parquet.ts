import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import { type BasicType, ByteWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer'

/** What a column holds; every cell may be absent. `float` is float32. */
type ColumnKind = 'text' | 'whole' | 'float' | 'flag'

export interface Column {
  readonly name: string
  readonly kind: ColumnKind
}

export type Cell = string | number | boolean | undefined
/** A cell a column. */
export type Row = readonly Cell[]

const TYPES: Readonly<Record<ColumnKind, BasicType>> = {
  text: 'STRING',
  whole: 'INT64',
  float: 'FLOAT',
  flag: 'BOOLEAN',
}

/**
 * Writes an Apache Parquet file bit by bit: each `add` is a row group, whose bytes follow those before it.
 *
 * @see https://parquet.apache.org/docs/file-format/
 */
export class ParquetStream {
  readonly #columns: readonly Column[]
  readonly #bytes = new ByteWriter(1 << 16)
  readonly #writer: ParquetWriter

  /** @param metadata texts kept in the file's footer */
  constructor(columns: readonly Column[], metadata: Readonly<Record<string, string>> = {}) {
    this.#columns = columns
    this.#writer = new ParquetWriter({
      writer: this.#bytes,
      schema: schemaFromColumnData({
        columnData: columns.map(({ name, kind }) => ({ name, data: [], type: TYPES[kind] })),
      }),
      kvMetadata: Object.entries(metadata).map(([key, value]) => ({ key, value })),
      createdBy: 'itc',
    })
  }

  /** The bytes of a row group. */
  add(rows: readonly Row[]): Uint8Array {
    this.#writer.write({
      columnData: this.#columns.map(({ name, kind }, at) => ({
        name,
        data: cellsOf(rows, at, kind),
        offsetIndex: false,
      })),
      rowGroupSize: Math.max(1, rows.length),
    })
    return this.#taken()
  }

  /** The bytes that end the file. */
  end(): Uint8Array {
    this.#writer.finish()
    return this.#taken()
  }

  #taken(): Uint8Array {
    const bytes = this.#bytes.getBytes().slice()
    this.#bytes.index = 0
    return bytes
  }
}

/** Rows as the bytes of a whole Parquet file. */
export function encodeParquet(
  columns: readonly Column[],
  rows: readonly Row[],
  metadata?: Readonly<Record<string, string>>,
): Uint8Array {
  const stream = new ParquetStream(columns, metadata)
  return Buffer.concat([stream.add(rows), stream.end()])
}

/** A Parquet file that was read. */
export interface ParquetTable {
  readonly metadata: ReadonlyMap<string, string>
  readonly columns: readonly string[]
  /** A cell a column, in the order of `columns`. */
  readonly rows: readonly Row[]
}

/**
 * Reads a whole Parquet file.
 *
 * @param wanted its columns that are read; all, whatever they hold, unless given
 * @throws Error for what is no such file, is damaged, or holds something else in the columns that are wanted
 */
export async function decodeParquet(bytes: Uint8Array, wanted?: readonly Column[]): Promise<ParquetTable> {
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
  const metadata = parquetMetadata(file)
  const columns = (wanted ?? metadata.schema.slice(1)).map(({ name }) => name)
  const objects = await parquetReadObjects({ file, metadata, columns: [...columns] })
  const table = {
    metadata: new Map(metadata.key_value_metadata?.map(({ key, value = '' }) => [key, value])),
    columns,
    rows: objects.map(object => columns.map(name => plain(object[name]))),
  }
  if (wanted !== undefined) checkColumns(table, wanted)
  return table
}

const HELD = { text: 'string', whole: 'number', float: 'number', flag: 'boolean' } as const

/** @throws Error when a table has other columns than these, or something else in them */
export function checkColumns({ columns, rows }: ParquetTable, wanted: readonly Column[]): void {
  if (columns.join('\n') !== wanted.map(({ name }) => name).join('\n')) throw new Error('it has other columns')
  for (const [at, { name, kind }] of wanted.entries()) {
    const isHeld = (cell: Cell) => cell === undefined || typeof cell === HELD[kind]
    if (!rows.every(row => isHeld(row[at]))) throw new Error(`its column ${name} holds something else`)
  }
}

function cellsOf(rows: readonly Row[], at: number, kind: ColumnKind): unknown[] {
  return rows.map(row => {
    const cell = row[at]
    return kind === 'whole' && typeof cell === 'number' ? BigInt(cell) : cell
  })
}

function plain(value: unknown): Cell {
  if (typeof value === 'bigint') return Number(value)
  return (value as Cell | null) ?? undefined
}
