import { isUtf8 } from 'node:buffer'
import { createReadStream } from 'node:fs'

/** One record of a CSV file and the bytes that it takes there, its line end included. */
export interface CsvRecord {
  readonly cells: readonly string[]
  readonly start: number
  readonly end: number
}

/** One line of CSV as RFC 4180 quotes it. The line ends in LF, as every reader takes it and every shell tool wants it. */
export function formatRecord(cells: readonly string[]): string {
  return `${cells.map(cell => (/[",;\t\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\n`
}

/** What tells a spreadsheet that the file is UTF-8: without it Excel garbles every letter beyond ASCII. */
export const BYTE_ORDER_MARK = '\uFEFF'

function unmarked(line: string): string {
  return line.startsWith(BYTE_ORDER_MARK) ? line.slice(BYTE_ORDER_MARK.length) : line
}

const QUOTE = 0x22
const LF = 0x0a

/**
 * Reads a CSV file record by record. A last record with fewer cells than the first and without its line end, as a killed
 * process leaves it, is left out. One that lacks its line end alone, as some programs save it, ends where that would.
 *
 * @throws SyntaxError at a record that is not CSV or not UTF-8; the system's error when the file can't be read
 */
export async function* readRecords(path: string): AsyncGenerator<CsvRecord> {
  let pending: Buffer = Buffer.alloc(0)
  let start = 0 // of `pending` in the file
  let scanned = 0 // how far `pending` was looked at
  let quoted = false
  let columns = 0
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
    let from = 0
    for (; scanned < pending.length; scanned++) {
      const byte = pending[scanned]
      // A doubled quote switches twice, which comes to the same.
      if (byte === QUOTE) quoted = !quoted
      else if (byte === LF && !quoted) {
        const end = scanned + 1
        const cells = cellsOf(pending.subarray(from, scanned), start + from === 0)
        columns ||= cells.length
        yield { cells, start: start + from, end: start + end }
        from = end
      }
    }
    pending = pending.subarray(from)
    start += from
    scanned = pending.length
  }
  if (quoted) requireCutOff(pending.toString(), columns)
  else if (pending.length > 0) {
    const cells = parseRecord(pending.toString())
    if (cells.length < columns) return
    yield { cells: cellsOf(pending, start === 0), start, end: start + pending.length + 1 }
  }
}

function cellsOf(line: Buffer, first: boolean): string[] {
  // Names that it tells would be others.
  if (!isUtf8(line)) throw new SyntaxError('it was saved in another encoding than UTF-8')
  return parseRecord(first ? unmarked(line.toString()) : line.toString())
}

/**
 * A quotation mark that somebody's change has left open would swallow all records behind it; what a killed process leaves
 * is the start of one record.
 */
function requireCutOff(rest: string, columns: number): void {
  const lines = rest.split('\n').map(line => line.replaceAll('"', '').split(','))
  const swallowed = lines.some(cells => cells.length >= columns && cells[0] !== '')
  if (swallowed) throw new SyntaxError('a quotation mark in it is not closed')
}

/** @param line a record without its line end */
export function parseRecord(line: string): string[] {
  const text = line.replace(/\r$/, '')
  const cell = /(?:"([^"]*(?:""[^"]*)*)"|([^",]*))(,|$)/y
  const cells: string[] = []
  for (;;) {
    const match = cell.exec(text)
    if (match === null) throw new SyntaxError(`not CSV: ${text.slice(0, 80)}`)
    cells.push(match[1]?.replaceAll('""', '"') ?? match[2]!)
    if (match[3] === '') return cells
  }
}

/**
 * Where a spreadsheet may see a formula begin: at the start of a cell, and behind what other countries' spreadsheets take
 * for the end of one, since they split this file at `;` or at tabs. Quotes there may be taken away; Japanese ones take the
 * wide signs too.
 */
const FORMULA = /(?<=^|[;\t\r\n])(?=["']*[=+\-@＝＋－＠\t\r\n])/g
const GUARDED = /(?<=^|[;\t\r\n])'(?=["']*[=+\-@＝＋－＠\t\r\n])/g

/**
 * Keeps a spreadsheet from running a file's or a category's name as a formula: an apostrophe goes before it. Names that
 * had one get one more, so that `unguardText` always gives back what there was.
 */
export function guardText(text: string): string {
  return text.replace(FORMULA, "'")
}

/** Undoes `guardText`. */
export function unguardText(text: string): string {
  return text.replace(GUARDED, '')
}

/** The same for tables of version 1, which guarded the start of a cell alone. */
export function unguardFirst(text: string): string {
  return /^''*[=+\-@＝＋－＠\t\r\n]/.test(text) ? text.slice(1) : text
}
