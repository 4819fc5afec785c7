import { ParquetStream } from '../../table/parquet.ts'
import { cellsOf, type ResultRow, resultColumns } from '../guessAll/rows.ts'
import type { TableWriter } from './tableWriter.ts'

/** Rows of a row group: some MB of them are held at a time. */
const GROUP = 50_000

/** One Apache Parquet file with the columns of the parts. */
export function parquetTable(labels: readonly string[], metadata: Readonly<Record<string, string>>): TableWriter {
  const stream = new ParquetStream(resultColumns(labels), metadata)
  let waiting: ResultRow[] = []
  const group = () => {
    const bytes = stream.add(waiting.map(cellsOf))
    waiting = []
    return bytes
  }
  return {
    begin: () => '',
    rows(rows) {
      waiting = waiting.concat(rows)
      return waiting.length < GROUP ? '' : group()
    },
    end: () => Buffer.concat([...(waiting.length > 0 ? [group()] : []), stream.end()]),
  }
}
