import type { Evaluation } from '../assess/metrics.ts'
import { columnsOf, percent, shownLabel, table } from '../text.ts'
import { foldedTable } from './foldedTable.ts'

/** More categories than this make a matrix unreadable; most terminals have this many columns. */
const MOST_CATEGORIES = 20
const MOST_COLUMNS = 110
/** Kinds of mistakes listed where the matrix would be too large. */
const MOST_KINDS = 20

/** Precision, recall and F1 of each category that there are pictures of, or that pictures were taken for. */
export function categoryTable({ perCategory }: Evaluation, labels: readonly string[], width?: number): string[] {
  const figure = (share: number | null) => (share === null ? '–' : percent(share))
  const rows = [
    ['category', 'pictures', 'precision', 'recall', 'F1'],
    ...perCategory.flatMap(({ pictures, predicted, precision, recall, f1 }, at) => {
      if (pictures + predicted === 0) return []
      return [[shownLabel(labels[at]!), String(pictures), figure(precision), figure(recall), figure(f1)]]
    }),
  ]
  return foldedTable(rows, width)
}

/** How often each category was taken for each: a matrix, or the most frequent mistakes where there are too many. */
export function confusionTable(evaluation: Evaluation, labels: readonly string[], width?: number): string[] {
  const { perCategory, confusion } = evaluation
  const used = [...perCategory.keys()].filter(at => perCategory[at]!.pictures + perCategory[at]!.predicted > 0)
  if (used.length > MOST_CATEGORIES) return ['most frequent mistakes', ...frequentMistakes(confusion, labels)]
  const cells = used.map(given => used.map(predicted => String(confusion[given]![predicted]! || '·')))
  const rows = (columns: readonly string[], heads: readonly string[]) => [
    ['folder \\ named', ...columns],
    ...cells.map((row, at) => [heads[at]!, ...row]),
  ]
  const names = used.map(at => shownLabel(labels[at]!))
  const wide = table(rows(names, names))
  if (columnsOf(wide[0]!) <= (width ?? MOST_COLUMNS)) return wide
  const numbers = used.map((_, at) => String(at + 1))
  const numbered = names.map((label, at) => `${numbers[at]} ${label}`)
  return foldedTable(rows(numbers, numbered), width)
}

function frequentMistakes(confusion: Evaluation['confusion'], labels: readonly string[]): string[] {
  const kinds = confusion.flatMap((row, given) =>
    row.flatMap((count, predicted) => (given !== predicted && count > 0 ? [{ given, predicted, count }] : [])),
  )
  kinds.sort((a, b) => b.count - a.count)
  const lines = kinds.slice(0, MOST_KINDS).map(({ given, predicted, count }) => {
    return `  ${count} of ${shownLabel(labels[given]!)} named ${shownLabel(labels[predicted]!)}`
  })
  return kinds.length > MOST_KINDS ? [...lines, `  … and ${kinds.length - MOST_KINDS} kinds more (--json)`] : lines
}
