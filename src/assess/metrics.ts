import { argMaxAt, softmaxAt } from '../head/softmax.ts'
import { type Calibration, calibration } from './calibration.ts'
import { type Interval, wilsonInterval } from './interval.ts'

/** What a head says of labelled rows. */
export interface Predictions {
  /** [rows, categories] */
  readonly logits: Float32Array
  /** Category index of each row, [rows]. */
  readonly labels: Int32Array
  readonly categories: number
}

/** A share of pictures named right. */
export interface Share {
  readonly pictures: number
  readonly right: number
  /** null without pictures. */
  readonly accuracy: number | null
  /** 95 %, Wilson; 0 to 1 without pictures. */
  readonly interval: Interval
}

/** How well one category is told from the others; null where there is nothing to divide by. */
export interface CategoryMetrics {
  /** Pictures that are of this category. */
  readonly pictures: number
  /** Pictures that were taken for it. */
  readonly predicted: number
  readonly right: number
  /** Share of the pictures taken for it that belong to it. */
  readonly precision: number | null
  /** Share of its pictures that were taken for it. */
  readonly recall: number | null
  readonly recallInterval: Interval
  /** Harmonic mean of precision and recall. */
  readonly f1: number | null
}

/** All figures of one set of predictions; free of NaN, and null rather than a made-up number. */
export interface Evaluation extends Share {
  /** Mean recall of the categories that there are pictures of: each counts the same, however large. */
  readonly balancedAccuracy: number | null
  readonly perCategory: readonly CategoryMetrics[]
  /** [given][predicted]: numbers of pictures. */
  readonly confusion: readonly (readonly number[])[]
  /** Mean of -ln(score of the given category), in nats. */
  readonly logLoss: number | null
  readonly calibration: Calibration
}

/** Least score whose logarithm is taken, so that a single confident mistake does not make up the whole log loss. */
const LEAST_SCORE = 1e-12

/**
 * The one figure most asked for.
 *
 * @param logits [rows, categories]
 * @param rows rows to look at; all without it
 */
export function accuracy(
  logits: Float32Array,
  labels: Int32Array,
  categories: number,
  rows?: ArrayLike<number>,
): Share {
  const count = rows?.length ?? labels.length
  let right = 0
  for (let at = 0; at < count; at++) {
    const row = rows?.[at] ?? at
    if (argMaxAt(logits, row * categories, categories) === labels[row]) right++
  }
  return { pictures: count, right, accuracy: ratio(right, count), interval: wilsonInterval(right, count) }
}

/**
 * Evaluates predictions.
 *
 * @param rows rows to look at; all without it
 */
export function evaluate({ logits, labels, categories }: Predictions, rows?: ArrayLike<number>): Evaluation {
  const count = rows?.length ?? labels.length
  const confusion = Array.from({ length: categories }, () => new Array<number>(categories).fill(0))
  const top = new Float64Array(count)
  const hits = new Uint8Array(count)
  const scores = new Float32Array(categories)
  let right = 0
  let loss = 0
  for (let at = 0; at < count; at++) {
    const row = rows?.[at] ?? at
    const given = labels[row]!
    const own = logits.subarray(row * categories, (row + 1) * categories)
    softmaxAt(own, 0, categories, scores)
    const predicted = argMaxAt(own, 0, categories)
    confusion[given]![predicted]!++
    top[at] = scores[predicted]!
    if (predicted === given) {
      hits[at] = 1
      right++
    }
    loss -= Math.log(Math.max(scores[given]!, LEAST_SCORE))
  }
  const perCategory = confusion.map((_, category) => categoryMetrics(confusion, category))
  const recalls = perCategory.flatMap(({ recall }) => recall ?? [])
  return {
    pictures: count,
    right,
    accuracy: ratio(right, count),
    balancedAccuracy: ratio(
      recalls.reduce((sum, recall) => sum + recall, 0),
      recalls.length,
    ),
    interval: wilsonInterval(right, count),
    perCategory,
    confusion,
    logLoss: ratio(loss, count),
    calibration: calibration(top, hits),
  }
}

function categoryMetrics(confusion: readonly (readonly number[])[], category: number): CategoryMetrics {
  const pictures = confusion[category]!.reduce((sum, count) => sum + count, 0)
  const predicted = confusion.reduce((sum, row) => sum + row[category]!, 0)
  const right = confusion[category]![category]!
  return {
    pictures,
    predicted,
    right,
    precision: ratio(right, predicted),
    recall: ratio(right, pictures),
    recallInterval: wilsonInterval(right, pictures),
    f1: ratio(2 * right, pictures + predicted),
  }
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole
}
