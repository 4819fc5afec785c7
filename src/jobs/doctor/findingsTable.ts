import { BYTE_ORDER_MARK, formatRecord, guardText } from '../guess/csv.ts'
import type { Finding } from './findings.ts'

const COLUMNS = ['rank', 'kind', 'path', 'what', 'remedy', 'looks_like', 'others'] as const
/** What the table begins with, which tells it from other files. */
export const HEADER = BYTE_ORDER_MARK + formatRecord(COLUMNS)

/**
 * A row a finding, as a spreadsheet opens it: UTF-8 with a byte order mark, and no cell that one takes for a formula.
 * Other files stand in one cell, a line each.
 */
export function findingsTable(findings: readonly Finding[]): string {
  const rows = findings.map(({ kind, path, what, remedy, looksLike = '', others = [] }, at) => {
    const texts = [path, what, remedy, looksLike, others.join('\n')].map(guardText)
    return formatRecord([String(at + 1), kind, ...texts])
  })
  return HEADER + rows.join('')
}
