import type { Predictions } from './metrics.ts'
import type { Neighbours } from './neighbours.ts'
import { argMaxAt, softmaxRows } from './softmax.ts'

/** How much speaks for or against the category that a picture was given. */
export interface LabelDoubt {
  readonly row: number
  readonly given: number
  /** The category most likely instead. */
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

/** What is added to scores and votes before their logarithm, so that one of them can't decide alone. */
const SCORE_FLOOR = 0.01
const VOTE_FLOOR = 0.05
/** Of neighbours' votes: one that is 0.05 of cosine further away counts a third. */
const VOTE_SHARPNESS = 20

/**
 * Ranks labels by how doubtful they are, the most doubtful first: confident learning (Northcutt, Jiang and Chuang,
 * "Confident Learning: Estimating Uncertainty in Dataset Labels", 2021) with two changes that find more swapped labels
 * on every set tried. Odds replace the margin of scores, because a swapped label is one with next to no score, while
 * a picture of something in between has some; and the neighbours' labels vote.
 *
 * @param predictions calibrated logits of rows by heads that were not trained on them
 * @param neighbours of the same rows; without it the heads decide alone
 * @returns every row; one category leaves nothing to doubt, so it gives an empty list
 */
export function rankDoubtful({ logits, labels, categories }: Predictions, neighbours?: Neighbours): LabelDoubt[] {
  if (categories < 2) return []
  const scores = softmaxRows(logits, categories)
  const usual = usualScores(scores, labels, categories)
  const evidence = new Float32Array(categories)
  const doubts = Array.from(labels, (given, row): LabelDoubt => {
    evidence.fill(0)
    if (neighbours !== undefined) addVotes(neighbours, labels, row, evidence)
    const own = scores.subarray(row * categories, (row + 1) * categories)
    for (let category = 0; category < categories; category++) {
      evidence[category] = Math.log(evidence[category]! + VOTE_FLOOR) + Math.log(own[category]! + SCORE_FLOOR)
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
