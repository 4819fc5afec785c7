import { countFolds, type HeadsPlan, planHeads } from '../head/plan.ts'
import { argMaxAt, softmaxRows } from '../head/softmax.ts'
import type { Predictions } from './metrics.ts'
import type { Neighbours } from './neighbours.ts'
import { cooled, fitTemperature } from './temperature.ts'

/** The evidence for and against the category that a picture was given. */
export interface LabelDoubt {
  readonly row: number
  readonly given: number
  /** The most likely other category. */
  readonly other: number
  /** Scores of the two by a head that never saw the picture. */
  readonly givenScore: number
  readonly otherScore: number
  /** Log odds of `other` against `given`, by that head and the neighbours: above 0 the label is contradicted. */
  readonly doubt: number
  /**
   * Whether confident learning calls the label an error: the other category scores more than the given one, and at
   * least as much as pictures given that category do on average.
   */
  readonly contradicted: boolean
}

/** Added to scores and votes before their logarithm is taken, so that neither can decide by itself. */
const SCORE_FLOOR = 0.01
const VOTE_FLOOR = 0.05
/** Decay of the neighbours' votes: a neighbour 0.05 of cosine further away counts a third. */
const VOTE_SHARPNESS = 20
/** Second heads are trained without at most this share of the labels. */
const CLEARED = 0.1

/** Evidence on labels other than the cross-validated predictions. */
export interface FurtherEvidence {
  /** Neighbours of the same rows. */
  readonly neighbours?: Neighbours | undefined
  /** Calibrated logits of the same rows by heads trained without them and without the labels that seemed wrong. */
  readonly cleared?: Float32Array | undefined
}

/**
 * Ranks labels by how doubtful they are, the most doubtful first: confident learning (Northcutt, Jiang and Chuang,
 * "Confident Learning: Estimating Uncertainty in Dataset Labels", 2021) with changes that find more swapped labels.
 * Odds replace the margin of scores, because a swapped label is one with next to no score, while a picture of something
 * in between has some; the neighbours' labels vote; and heads that were not misled by the worst labels are heard too.
 *
 * @param predictions calibrated logits of rows by heads that were not trained on them
 * @returns every row; one category leaves nothing to doubt, so it gives an empty list
 */
export function rankDoubtful(
  { logits, labels, categories }: Predictions,
  { neighbours, cleared }: FurtherEvidence = {},
): LabelDoubt[] {
  if (categories < 2) return []
  const scores = softmaxRows(logits, categories)
  const second = cleared && softmaxRows(cleared, categories)
  const usual = usualScores(scores, labels, categories)
  const evidence = new Float32Array(categories)
  const doubts = Array.from(labels, (given, row): LabelDoubt => {
    evidence.fill(0)
    if (neighbours !== undefined) addVotes(neighbours, labels, row, evidence)
    const own = scores.subarray(row * categories, (row + 1) * categories)
    for (let category = 0; category < categories; category++) {
      evidence[category] = Math.log(evidence[category]! + VOTE_FLOOR) + Math.log(own[category]! + SCORE_FLOOR)
      if (second) evidence[category]! += Math.log(second[row * categories + category]! + SCORE_FLOOR)
    }
    const forGiven = evidence[given]!
    evidence[given] = -Infinity
    const other = argMaxAt(evidence, 0, categories)
    const [givenScore, otherScore] = [own[given]!, own[other]!]
    const contradicted = otherScore > givenScore && otherScore >= usual[other]!
    return { row, given, other, givenScore, otherScore, doubt: evidence[other]! - forGiven, contradicted }
  })
  return doubts.sort((a, b) => b.doubt - a.doubt || a.row - b.row)
}

/** Heads to train once more, as for the cross-validation, but without the labels that seem wrong. */
export interface ClearedPlan extends HeadsPlan {
  readonly suspects: ReadonlySet<number>
}

/**
 * Plans the second heads: without the most doubtful tenth of the labels, where the evidence contradicts them; and no
 * category loses more than half of its rows.
 *
 * @param doubts from `rankDoubtful`
 * @param folds of the cross-validation, [rows]
 * @returns undefined where no label is contradicted
 */
export function planCleared(doubts: readonly LabelDoubt[], folds: ArrayLike<number>): ClearedPlan | undefined {
  const left = new Map<number, number>()
  for (const { given } of doubts) left.set(given, (left.get(given) ?? 0) + 0.5)
  const suspects = new Set<number>()
  for (const { row, given, doubt } of doubts) {
    if (doubt <= 0 || suspects.size >= CLEARED * doubts.length) break
    const spare = left.get(given)! - 1
    if (spare < 0) continue
    left.set(given, spare)
    suspects.add(row)
  }
  if (suspects.size === 0) return undefined
  const heads = countFolds(folds)
  const plan = planHeads(doubts.length, heads, (row, head) => folds[row] !== head && !suspects.has(row))
  return { ...plan, suspects }
}

/** Calibrates the second heads' logits of each row, on the rows that they believe in. */
export function calibrateCleared(
  logits: Float32Array,
  { suspects }: ClearedPlan,
  { labels, categories }: Omit<Predictions, 'logits'>,
): Float32Array {
  const rows = [...labels.keys()].filter(row => !suspects.has(row))
  const believed = new Float32Array(rows.length * categories)
  rows.forEach((row, to) => {
    believed.set(logits.subarray(row * categories, (row + 1) * categories), to * categories)
  })
  const temperature = fitTemperature({
    logits: believed,
    labels: Int32Array.from(rows, row => labels[row]!),
    categories,
  })
  return cooled(logits, temperature)
}

/** Adds the votes of a row's neighbours, 1 in all, to their categories. */
function addVotes(neighbours: Neighbours, labels: Int32Array, row: number, votes: Float32Array): void {
  const start = row * neighbours.size
  const weights: number[] = []
  for (let at = start; at < start + neighbours.size && neighbours.row[at]! >= 0; at++) {
    weights.push(Math.exp((neighbours.cosine[at]! - neighbours.cosine[start]!) * VOTE_SHARPNESS))
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  weights.forEach((weight, at) => {
    votes[labels[neighbours.row[start + at]!]!]! += weight / total
  })
}

/** Mean score that pictures given a category have for it; 0 for a category without pictures. */
function usualScores(scores: Float32Array, labels: Int32Array, categories: number): Float64Array {
  const sums = new Float64Array(categories)
  const counts = new Float64Array(categories)
  labels.forEach((given, row) => {
    sums[given]! += scores[row * categories + given]!
    counts[given]!++
  })
  return sums.map((sum, category) => sum / Math.max(1, counts[category]!))
}
