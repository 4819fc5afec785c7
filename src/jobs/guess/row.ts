import { sep } from 'node:path'
import { UserError } from '../../errors.ts'
import { guardText, unguardText } from './csv.ts'
import type { NamedPicture, Problem } from './options.ts'

/** One line of `results.csv`: original, name, label, why it is unsure, a score for each label, error. */
export type Row = NamedPicture | Problem

const FIRST = ['original', 'name', 'label', 'unsure'] as const
/** Columns that are no scores. */
export const FIXED_COLUMNS = FIRST.length + 1

/** The columns of `results.csv` for a model's labels. */
export function headerCells(labels: readonly string[]): string[] {
  return [...FIRST, ...labels.map(guardText), 'error']
}

/** @returns the labels of a header, or undefined when it is not one of ours */
export function labelsOf(header: readonly string[]): string[] | undefined {
  const ours = FIRST.every((name, at) => header[at] === name) && header.at(-1) === 'error'
  return ours ? header.slice(FIRST.length, -1).map(unguardText) : undefined
}

export function rowCells(row: Row, labels: readonly string[]): string[] {
  if ('reason' in row) return [guardText(row.original), '', '', '', ...labels.map(() => ''), guardText(row.reason)]
  const scores = row.scores.map(({ score }) => score.toFixed(5))
  return [guardText(row.original), guardText(row.name), guardText(row.label), row.unsure ?? '', ...scores, '']
}

/** What is kept in memory of a row: not its scores, of which there may be a thousand. */
export interface Entry {
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
  columns: number,
  path: string,
  at: Pick<Entry, 'start' | 'end'>,
): Entry {
  const [original = '', name = '', label = ''] = cells.slice(0, 3).map(unguardText)
  const whole = cells.length === columns && original !== ''
  if (!whole || !isInner(original) || (name !== '' && !isInner(name))) {
    throw damagedResults(path, `the line "${cells.join(',').slice(0, 80)}" is not one of its rows`)
  }
  return { original, name, label, ...at }
}

/** The file may come from anywhere: what it names lies under the source or the destination and nowhere else. */
function isInner(path: string): boolean {
  return path.split(sep === '/' ? '/' : /[/\\]/).every(part => !['', '.', '..'].includes(part) && !part.includes('\0'))
}

export function damagedResults(path: string, what: string, cause?: unknown): UserError {
  return new UserError('E_RESULTS', `"${path}" can't be used: ${what}.`, {
    hint: 'Choose another destination, or rename that file.',
    cause,
  })
}
