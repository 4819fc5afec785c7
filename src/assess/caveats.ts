import type { Evaluation } from './metrics.ts'

/** What an accuracy without comment would hide; categories are indices. */
export interface Caveats {
  /** The largest category and its share of the pictures: the accuracy of always naming it. */
  readonly largest: { readonly category: number; readonly share: number } | undefined
  /** The accuracy may be no better than that: its interval reaches down to it. */
  readonly isGuessing: boolean
  /** Large categories make up most of the accuracy: the balanced accuracy is well below it. */
  readonly isUneven: boolean
  /** Categories that are taken for one other as often as for themselves, the worst first. */
  readonly mixedUp: readonly MixedUp[]
}

export interface MixedUp {
  readonly given: number
  readonly taken: number
  readonly pictures: number
  readonly right: number
  /** Pictures of `given` that were named `taken`. */
  readonly wrong: number
}

/** Share of doubtful labels above which the labels themselves are hardly to blame. */
export const MANY_DOUBTS = 0.2

/** Difference between accuracy and balanced accuracy from which both are shown. */
const UNEVEN = 0.05
/** Share of a category's pictures taken for one other category from which the two count as mixed up. */
const MIXED_UP = 1 / 3
/** Pictures that a category needs before such mistakes count: with fewer they may be chance. */
const ENOUGH = 10

/** Finds what has to be said with an accuracy. */
export function caveatsOf({
  pictures,
  accuracy,
  balancedAccuracy,
  interval,
  perCategory,
  confusion,
}: Evaluation): Caveats {
  const sizes = perCategory.map(category => category.pictures)
  const largest = sizes.indexOf(Math.max(...sizes))
  // In a folder of one category there is nothing to guess.
  const several = sizes.filter(size => size > 0).length > 1
  const share = several ? sizes[largest]! / pictures : 0
  return {
    largest: several ? { category: largest, share } : undefined,
    isGuessing: several && interval.low <= share,
    isUneven: several && accuracy! - balancedAccuracy! > UNEVEN,
    mixedUp: confusion
      .flatMap((row, given): MixedUp[] => {
        const others = row.map((count, category) => (category === given ? -1 : count))
        const wrong = Math.max(...others)
        const right = row[given]!
        if (sizes[given]! < ENOUGH || wrong < right || wrong < MIXED_UP * sizes[given]!) return []
        return [{ given, taken: others.indexOf(wrong), pictures: sizes[given]!, right, wrong }]
      })
      .sort((a, b) => b.wrong - b.right - (a.wrong - a.right)),
  }
}
