import type { Evaluation } from './metrics.ts'

/** What would mislead if the accuracy were told alone; categories are indices. */
export interface Caveats {
  /** The largest category and its share of the pictures: naming it always would be right so often. */
  readonly largest: { readonly category: number; readonly share: number } | undefined
  /** The accuracy is no more than that, as far as so few pictures tell. */
  readonly isGuessing: boolean
  /** The accuracy is mostly that of large categories: the balanced accuracy is well below it. */
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

/** The share of doubtful labels from which on it is hardly the labels that are wrong. */
export const MANY_DOUBTS = 0.2

/** Accuracies this far apart are not told by one of them. */
const UNEVEN = 0.05
/** The share of a category taken for one other from which on the two are mixed up. */
const MIXED_UP = 1 / 3
/** Pictures of a category below which how often it is mixed up may be an accident. */
const ENOUGH = 10

/** What to say beside an accuracy. */
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
