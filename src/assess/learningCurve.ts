import { countFolds, type HeadsPlan, planHeads } from '../head/plan.ts'
import { rowsByCategory, seededRandom } from '../head/sampler.ts'
import { argMaxAt } from '../head/softmax.ts'
import { wilsonInterval } from './interval.ts'
import { accuracy, type Predictions } from './metrics.ts'

/**
 * Accuracy reached with a number of training pictures.
 * @internal for tests
 */
export interface CurvePoint {
  readonly pictures: number
  readonly accuracy: number
  /** 95 % interval. */
  readonly low: number
  readonly high: number
  /** Pictures it was measured on. */
  readonly tested: number
}

export interface LearningCurve {
  /** From few pictures to all. */
  readonly points: readonly CurvePoint[]
  /** What twice and four times the pictures would bring, if the curve goes on as it went. */
  readonly forecast: readonly CurvePoint[]
}

export interface CurvePlan extends HeadsPlan {
  /** Fold that each head is tested on, [heads]. */
  readonly testFold: Int32Array
  /** Pictures that each head is trained on, [heads]. */
  readonly pictures: Int32Array
}

/** Shares of the training folds; cross-validation itself gives the point of all of them. */
const SHARES = [1 / 8, 1 / 4, 1 / 2]
/** Heads for each share, each tested on another fold. */
const REPEATS = 3

/**
 * Plans heads on an eighth, a quarter and a half of the pictures of each category; smaller sets are parts of larger
 * ones, and no category has fewer than one picture.
 *
 * @param folds of the cross-validation, [rows]
 */
export function planLearningCurve(labels: Int32Array, folds: ArrayLike<number>, seed = 1): CurvePlan {
  const order = orderWithinCategory(labels, seed)
  const parts = countFolds(folds)
  const repeats = Math.min(REPEATS, parts)
  const heads = SHARES.length * repeats
  const testFold = Int32Array.from({ length: heads }, (_, head) => head % repeats)
  const plan = planHeads(labels.length, heads, (row, head) => {
    return folds[row] !== testFold[head] && order[row]! < SHARES[Math.floor(head / repeats)]!
  })
  const pictures = new Int32Array(heads)
  plan.active.forEach((active, at) => {
    pictures[at % heads]! += active
  })
  return { ...plan, testFold, pictures }
}

/**
 * Reads the curve off trained heads.
 *
 * @param logits of the plan, [rows, heads, categories]
 * @param crossValidated predictions by heads trained on all folds but one
 */
export function readLearningCurve(
  plan: CurvePlan,
  logits: Float32Array,
  folds: ArrayLike<number>,
  crossValidated: Predictions,
): LearningCurve {
  const { labels, categories } = crossValidated
  const repeats = plan.heads / SHARES.length
  const points = SHARES.map((_, share) => {
    let right = 0
    let tested = 0
    let pictures = 0
    for (let head = share * repeats; head < (share + 1) * repeats; head++) {
      pictures += plan.pictures[head]! / repeats
      for (let row = 0; row < plan.rows; row++) {
        if (folds[row] !== plan.testFold[head]) continue
        tested++
        if (argMaxAt(logits, (row * plan.heads + head) * categories, categories) === labels[row]) right++
      }
    }
    return point(Math.round(pictures), right, tested)
  })
  const parts = countFolds(folds)
  const all = accuracy(crossValidated.logits, labels, categories)
  points.push(point(Math.round(labels.length * (1 - 1 / Math.max(2, parts))), all.right, all.pictures))
  const measured = points.filter(({ pictures, tested }) => pictures > 0 && tested > 0)
  return { points: measured, forecast: forecast(measured, [2, 4]) }
}

/**
 * Goes on with a power law of the error, e(n) = a n^-b (Cortes et al., "Learning Curves: Asymptotic Values and Rate of
 * Convergence", 1993; without the asymptote, which four points cannot show). Weighted least squares on logarithms; a
 * count of k errors has a logarithm known to about 1/sqrt(k), so few errors give wide intervals.
 * @internal for tests: the fit alone, on points whose curve is known
 */
export function forecast(points: readonly CurvePoint[], times: readonly number[]): CurvePoint[] {
  const last = points.at(-1)
  if (last === undefined || points.length < 2) return []
  const rows = points.map(({ pictures, accuracy: share, tested }) => {
    const errors = (1 - share) * tested + 0.5 // half an error more, so that none has a logarithm
    return { x: Math.log(pictures), y: Math.log(errors / (tested + 1)), weight: errors }
  })
  const weight = rows.reduce((sum, row) => sum + row.weight, 0)
  const meanX = rows.reduce((sum, row) => sum + row.weight * row.x, 0) / weight
  const meanY = rows.reduce((sum, row) => sum + row.weight * row.y, 0) / weight
  const spread = rows.reduce((sum, row) => sum + row.weight * (row.x - meanX) ** 2, 0)
  if (spread === 0) return []
  const slope = rows.reduce((sum, row) => sum + row.weight * (row.x - meanX) * (row.y - meanY), 0) / spread
  const reached = rows.at(-1)!.y // a fit through all points may lie above the last
  const falling = Math.min(0, Math.max(-1, slope)) // more pictures don't hurt, and errors fall no faster than 1/n
  return times.map(factor => {
    const pictures = last.pictures * factor
    const distance = Math.log(pictures) - meanX
    const error = (y: number) => Math.min(1, Math.exp(y))
    const y = Math.min(reached, meanY + falling * distance)
    const doubt = 1.96 * Math.sqrt(1 / weight + (distance * distance) / spread)
    return { pictures, accuracy: 1 - error(y), low: 1 - error(y + doubt), high: 1 - error(y - doubt), tested: 0 }
  })
}

function point(pictures: number, right: number, tested: number): CurvePoint {
  return { pictures, accuracy: tested === 0 ? 0 : right / tested, ...wilsonInterval(right, tested), tested }
}

/** Where each row stands in a shuffle of its category, 0 to 1; the first of each is at 0. */
function orderWithinCategory(labels: Int32Array, seed: number): Float64Array {
  const random = seededRandom(seed)
  const order = new Float64Array(labels.length)
  for (const rows of rowsByCategory(labels, () => true)) {
    for (let at = rows.length - 1; at > 0; at--) {
      const other = Math.floor(random() * (at + 1))
      const row = rows[at]!
      rows[at] = rows[other]!
      rows[other] = row
    }
    rows.forEach((row, at) => {
      order[row] = at / rows.length
    })
  }
  return order
}
