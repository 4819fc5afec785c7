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
 * Reads a CSV file record by record. A last record without its line end, as a killed process leaves it, is left out.
 *
 * @throws SyntaxError at a record that is not CSV; the system's error when the file can't be read
 */
export async function* readRecords(path: string): AsyncGenerator<CsvRecord> {
  let pending: Buffer = Buffer.alloc(0)
  let start = 0 // of `pending` in the file
  let scanned = 0 // how far `pending` was looked at
  let quoted = false
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
    let from = 0
    for (; scanned < pending.length; scanned++) {
      const byte = pending[scanned]
      // A doubled quote switches twice, which comes to the same.
      if (byte === QUOTE) quoted = !quoted
      else if (byte === LF && !quoted) {
        const end = scanned + 1
        const line = pending.toString('utf8', from, scanned)
        yield { cells: parseRecord(start + from === 0 ? unmarked(line) : line), start: start + from, end: start + end }
        from = end
      }
    }
    pending = pending.subarray(from)
    start += from
    scanned = pending.length
  }
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
