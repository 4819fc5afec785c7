import { BYTE_ORDER_MARK, formatRecord, guardText } from '../guess/csv.ts'
import { cellsOf, resultColumns } from '../guessAll/rows.ts'
import type { TableWriter } from './tableWriter.ts'

/** Digits of a score behind the point. */
const DIGITS = 5

/** The same columns as the Parquet table's, as spreadsheets open them. */
export function csvTable(labels: readonly string[]): TableWriter {
  const names = resultColumns(labels).map(({ name }) => guardText(name))
  return {
    begin: () => BYTE_ORDER_MARK + formatRecord(names),
    rows: rows => rows.map(row => formatRecord(cellsOf(row).map(textOf))).join(''),
    end: () => '',
  }
}

function textOf(cell: ReturnType<typeof cellsOf>[number]): string {
  if (cell === undefined) return ''
  if (typeof cell === 'string') return guardText(cell)
  return typeof cell === 'number' && !Number.isInteger(cell) ? cell.toFixed(DIGITS) : String(cell)
}
