import type { ResultRow } from '../guessAll/rows.ts'

/** A form of table, written bit by bit: what comes first, the rows as they come, what comes last. */
export interface TableWriter {
  begin(): Uint8Array | string
  rows(rows: readonly ResultRow[]): Uint8Array | string
  end(): Uint8Array | string
}
