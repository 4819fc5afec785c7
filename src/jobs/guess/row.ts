import { sep } from 'node:path'
import { UserError } from '../../errors.ts'
import { guardText, unguardFirst, unguardText } from './csv.ts'
import type { NamedPicture, Problem } from './options.ts'

/** One line of `results.csv`: the picture's new name, where it came from, its label, every score; or what went wrong. */
export type Row = NamedPicture | Problem

/** Raised when the columns change. Version 1 told neither the source nor the content. */
export const TABLE_VERSION = 2
type Version = 1 | typeof TABLE_VERSION

/** Columns before the scores. The name comes first: in one destination no two rows have the same. */
const COLUMNS: Readonly<Record<Version, readonly string[]>> = {
  1: ['original', 'name', 'label', 'unsure'],
  2: ['name', 'original', 'source', 'sha256', 'label', 'unsure'],
}

/** What a table's first line tells. */
export interface Header {
  readonly version: Version
  readonly labels: readonly string[]
  /** Of a whole row. */
  readonly columns: number
}

/** Where a row's picture came from: its folder's real path and its content's hash; empty where that is not known. */
export interface Origin {
  readonly source: string
  readonly sha256: string
}

/** The columns of `results.csv` for a model's labels. */
export function headerCells(labels: readonly string[]): string[] {
  return [...COLUMNS[TABLE_VERSION], ...labels.map(columnOf).map(guardText), 'error']
}

/** Names of columns that are not scores, with what is added to a category of that name. */
const TAKEN = new RegExp(`^(${[...COLUMNS[TABLE_VERSION], 'error'].join('|')})( \\(score\\))*$`, 'i')
const ADDED = ' (score)'

/** A category that is called like another column has one of its own: programs find columns by their names. */
function columnOf(label: string): string {
  return TAKEN.test(label) ? label + ADDED : label
}

function labelOf(column: string): string {
  return TAKEN.test(column) && column.endsWith(ADDED) ? column.slice(0, -ADDED.length) : column
}

/** @returns undefined for a first line that is not one of ours */
export function parseHeader(cells: readonly string[]): Header | undefined {
  for (const version of [TABLE_VERSION, 1] as const) {
    const first = COLUMNS[version]
    if (!first.every((name, at) => cells[at] === name) || cells.at(-1) !== 'error') continue
    const labels = cells.slice(first.length, -1).map(version === 1 ? unguardFirst : unguardText)
    return { version, labels: version === 1 ? labels : labels.map(labelOf), columns: cells.length }
  }
  return undefined
}

export function rowCells(row: Row, { source, sha256 }: Origin, labels: readonly string[]): string[] {
  const from = [row.original, source].map(guardText)
  if ('reason' in row) return ['', ...from, '', '', '', ...labels.map(() => ''), guardText(row.reason)]
  const scores = row.scores.map(({ score }) => score.toFixed(5))
  return [guardText(row.name), ...from, sha256, guardText(row.label), row.unsure ?? '', ...scores, '']
}

/** A row of version 1 as one of today; what it did not tell stays empty. */
export function upgraded(cells: readonly string[]): string[] {
  const [original = '', name = '', label = '', ...rest] = cells
  const texts = [name, original, label].map(cell => guardText(unguardFirst(cell)))
  const [unsure = '', ...scores] = rest
  return [
    texts[0]!,
    texts[1]!,
    '',
    '',
    texts[2]!,
    unsure,
    ...scores.slice(0, -1),
    guardText(unguardFirst(scores.at(-1) ?? '')),
  ]
}

/** What is kept in memory of a row: not its scores, of which there may be a thousand. */
export interface Entry extends Origin {
  readonly original: string
  /** Under the destination; empty where the picture failed. */
  readonly name: string
  readonly label: string
  /** Bytes in the file. */
  readonly start: number
  readonly end: number
}

/**
 * @param at where the record lies in the file, for the sentence and for the entry
 * @throws UserError `E_RESULTS` for a record that can't be a row, or one that points out of its folders
 */
export function parseEntry(
  cells: readonly string[],
  { version, columns }: Header,
  path: string,
  at: Pick<Entry, 'start' | 'end'>,
): Entry {
  const current = version === 1 ? upgraded(cells) : cells
  const [name = '', original = '', source = '', sha256 = '', label = ''] = current.slice(0, 5).map(unguardText)
  const whole = cells.length === columns && original !== '' && /^([0-9a-f]{64})?$/.test(sha256)
  if (!whole || !isInner(original) || (name !== '' && !isInner(name))) {
    throw damagedResults(path, `the line "${cells.join(',').slice(0, 80)}" is not one of its rows`)
  }
  return { original, name, label, source, sha256, ...at }
}

/** The file may come from anywhere: what it names lies under the source or the destination and nowhere else. */
function isInner(path: string): boolean {
  return path.split(sep === '/' ? '/' : /[/\\]/).every(part => !['', '.', '..'].includes(part) && !part.includes('\0'))
}

export function damagedResults(path: string, what: string, cause?: unknown): UserError {
  return new UserError('E_RESULTS', `"${path}" can't be used: ${what}.`, {
    hint: 'If another program changed it, save it there again as CSV in UTF-8, with commas; else choose another destination, or rename that file.',
    cause,
  })
}
