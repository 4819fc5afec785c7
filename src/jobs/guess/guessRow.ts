import type { Guess } from '../../model/model.ts'
import { type Namer, safeLabel } from './naming.ts'
import { type Into, UNSURE_FOLDER, type Unsure } from './options.ts'
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
    name: namer.take(best.label, score, original, folderOf(best.label, unsure && threshold !== undefined, into)),
    label: best.label,
    score,
    scores: labels.map(label => ({ label, score: scores.get(label) ?? 0 })),
    unfamiliar: guess.unfamiliar,
    unsure,
  }
}

/** The folder in the destination that a name goes into; none where it is ''. */
function folderOf(label: string, isUnsure: boolean | undefined, into: Into): string {
  if (isUnsure) return UNSURE_FOLDER
  if (into === 'flat') return ''
  const folder = safeLabel(label)
  return folder.toLowerCase() === UNSURE_FOLDER ? `${folder}_` : folder
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
