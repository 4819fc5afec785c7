import type { LabelDoubt } from '../assess/doubtful.ts'
import type { NearDuplicate } from '../assess/duplicates.ts'
import type { ReportData } from './reportData.ts'

/** Each list of mistakes, doubtful labels or odd pictures has at most this many. */
export const LISTED = 24
/** At most this many skipped files are listed. */
export const MOST_SKIPPED = 500
/** Categories up to which the whole confusion matrix is shown; of more, the pairs most confused. */
const WHOLE_TABLE = 16
const MOST_PAIRS = 40
/** At most this many pairs of look-alikes are shown. */
const MOST_LOOK_ALIKES = 12
/** Correctly named pictures shown in a cell, as examples of the category. */
const EXAMPLES = 6

/** Pictures of one category that were taken for one. */
export interface Cell {
  readonly given: number
  readonly predicted: number
  /** Indices of pictures, the surest first. */
  readonly pictures: readonly number[]
}

/** Whether the confusion matrix is shown whole. */
export function showsWholeTable({ categories }: ReportData): boolean {
  return categories.length <= WHOLE_TABLE
}

/** The cells shown: all that have pictures, or of many categories the mistakes made most, most first. */
export function shownCells(data: ReportData): Cell[] {
  const cells = new Map<string, { given: number; predicted: number; pictures: number[] }>()
  data.pictures.forEach(({ given, predicted }, index) => {
    const key = `${given}-${predicted}`
    const cell = cells.get(key) ?? { given, predicted, pictures: [] }
    cell.pictures.push(index)
    cells.set(key, cell)
  })
  const all = [...cells.values()].sort(
    (a, b) => b.pictures.length - a.pictures.length || a.given - b.given || a.predicted - b.predicted,
  )
  const shown = showsWholeTable(data) ? all : all.filter(cell => cell.given !== cell.predicted).slice(0, MOST_PAIRS)
  for (const cell of shown) cell.pictures.sort(surest(data))
  return shown
}

/** Pictures named wrong, the surest first. */
export function mistakes(data: ReportData): number[] {
  const { pictures } = data
  return [...pictures.keys()].filter(at => pictures[at]!.given !== pictures[at]!.predicted).sort(surest(data))
}

/** Labels that the predictions contradict, the most doubtful first. */
export function contradicted({ doubts = [] }: ReportData): LabelDoubt[] {
  return doubts.filter(doubt => doubt.contradicted)
}

/** The look-alikes shown: those in different folders first, for they teach contradictions. */
export function shownLookAlikes({ duplicates = [], pictures }: ReportData): NearDuplicate[] {
  const across = ({ first, second }: NearDuplicate) => (pictures[first]!.given === pictures[second]!.given ? 0 : 1)
  return [...duplicates].sort((a, b) => across(b) - across(a) || b.cosine - a.cosine).slice(0, MOST_LOOK_ALIKES)
}

/** Pictures that the page shows, those most worth seeing first. */
export function shownPictures(data: ReportData): number[] {
  const cells = shownCells(data)
  const isWrong = ({ given, predicted }: Cell) => given !== predicted
  const inTurn = (chosen: readonly (readonly number[])[]) => {
    return Array.from({ length: LISTED }, (_, turn) =>
      chosen.flatMap(pictures => pictures.slice(turn, turn + 1)),
    ).flat()
  }
  return [
    ...new Set([
      ...contradicted(data)
        .slice(0, LISTED)
        .map(({ row }) => row),
      ...mistakes(data).slice(0, LISTED),
      ...shownLookAlikes(data).flatMap(({ first, second }) => [first, second]),
      ...(data.outliers ?? []).slice(0, LISTED).map(({ row }) => row),
      ...inTurn(cells.filter(isWrong).map(({ pictures }) => pictures)),
      ...inTurn(cells.filter(cell => !isWrong(cell)).map(({ pictures }) => spread(pictures, EXAMPLES))),
    ]),
  ]
}

function surest({ pictures }: ReportData): (a: number, b: number) => number {
  return (a, b) => pictures[b]!.score - pictures[a]!.score || a - b
}

/** Evenly spaced entries of a list. */
function spread(entries: readonly number[], amount: number): number[] {
  if (entries.length <= amount) return [...entries]
  return Array.from({ length: amount }, (_, at) => entries[Math.floor((at * entries.length) / amount)]!)
}
