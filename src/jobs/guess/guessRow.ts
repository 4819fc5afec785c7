import type { Guess } from '../../model/model.ts'
import { type Namer, safeLabel } from './naming.ts'
import { type Into, UNSURE_FOLDER, type Unsure } from './options.ts'
import { RESULTS_NAME } from './results.ts'
import type { Row } from './row.ts'

/**
 * What becomes of a picture by the model's guess; its name is taken from now on.
 *
 * @param labels of the model, in its order
 * @param threshold best score below which it goes to `unsure/`; nothing goes there unless given
 */
export function rowOfGuess(
  original: string,
  guess: Guess,
  labels: readonly string[],
  namer: Namer,
  threshold: number | undefined,
  into: Into = 'flat',
): Row {
  if ('error' in guess) return { original, reason: guess.error.reason }
  const [best] = guess.scores
  if (best === undefined) throw new Error('a model without labels')
  const scores = new Map(guess.scores.map(({ label, score }) => [label, round(score)]))
  const score = round(best.score)
  const unsure = unsureOf(guess, best.score, threshold)
  return {
    original,
    name: nameOf({ label: best.label, score, original }, unsure !== undefined && threshold !== undefined, namer, into),
    label: best.label,
    score,
    scores: labels.map(label => ({ label, score: scores.get(label) ?? 0 })),
    unfamiliar: guess.unfamiliar,
    unsure,
  }
}

/** Where pictures of a category can't go: these are there for something else. */
const RESERVED: readonly string[] = [UNSURE_FOLDER, RESULTS_NAME]

/** A picture's path in the destination. What is unsure tells its category and score by its name, however the rest is sorted. */
function nameOf(
  { label, score, original }: { readonly label: string; readonly score: number; readonly original: string },
  isUnsure: boolean,
  namer: Namer,
  into: Into,
): string {
  if (isUnsure) return namer.take(label, score, original, UNSURE_FOLDER)
  if (into === 'flat') return namer.take(label, score, original)
  return namer.keep(original, folderOfLabel(label))
}

/** The folder in the destination where a category's pictures go that are sorted into folders. */
export function folderOfLabel(label: string): string {
  const folder = safeLabel(label)
  return RESERVED.includes(folder.toLowerCase()) ? `${folder}_` : folder
}

/** How a picture that is in place was sorted; undefined for what says nothing of it. */
export function layoutOfName(name: string): Into | undefined {
  if (name === '' || isUnsure(name)) return undefined
  return name.includes('/') ? 'folders' : 'flat'
}

/** True for a name in `unsure/`. */
export function isUnsure(name: string): boolean {
  return name.startsWith(`${UNSURE_FOLDER}/`)
}

/** What a score is rounded to wherever it is shown, so that names, `results.csv` and JSON agree. */
function round(score: number): number {
  return Number(score.toFixed(5))
}

/** Why a name can't be relied on. */
function unsureOf({ unfamiliar }: { unfamiliar: boolean }, score: number, threshold = 0): Unsure | undefined {
  if (unfamiliar) return 'unfamiliar'
  return score < threshold ? 'low score' : undefined
}
