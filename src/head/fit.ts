import type { Split } from '../dataset/split.ts'
import { argMaxAt, softmaxAt } from './softmax.ts'

/** How well the head does after a number of steps, over all pictures of a split. */
export interface StepReport {
  readonly step: number
  readonly trainAccuracy: number
  /** Mean over the training pictures, in nats. */
  readonly crossEntropy: number
  /** NaN-free: undefined without validation pictures. */
  readonly validationAccuracy: number | undefined
  readonly validationCrossEntropy: number | undefined
}

/** Pictures of a split that a point of a curve is measured on, at most: it is right to half a point at worst. */
const MOST_OF_CURVE = 10_000

/** Rows that the points of a curve before its last are measured on: an even sample of those that train, and of those that validate. */
export function curveRows(splits: readonly Split[], most = MOST_OF_CURVE): Int32Array {
  const all = [...splits.keys()]
  const ofSplit = (split: Split) => {
    const own = all.filter(row => splits[row] === split)
    const count = Math.min(most, own.length)
    return Array.from({ length: count }, (_, at) => own[Math.floor((at * own.length) / count)]!)
  }
  return Int32Array.from([...ofSplit('train'), ...ofSplit('validation')]).sort()
}

interface Sums {
  count: number
  right: number
  loss: number
}

/** How well logits fit labels, split by split; logits may come some rows at a time. */
export class Fit {
  readonly #labels: Int32Array
  readonly #categories: number
  readonly #splits: readonly Split[]
  readonly #sums = new Map<Split, Sums>()

  constructor({ labels, categories }: { labels: Int32Array; categories: number }, splits: readonly Split[]) {
    this.#labels = labels
    this.#categories = categories
    this.#splits = splits
  }

  /** @param logits of rows from `first` on, [some, categories] */
  add(first: number, logits: Float32Array): this {
    const categories = this.#categories
    const scores = new Float32Array(categories)
    for (let at = 0; at * categories < logits.length; at++) {
      const own = logits.subarray(at * categories, (at + 1) * categories)
      const sums = this.#of(this.#splits[first + at]!)
      const label = this.#labels[first + at]!
      softmaxAt(own, 0, categories, scores)
      sums.count++
      if (argMaxAt(own, 0, categories) === label) sums.right++
      sums.loss -= Math.log(Math.max(scores[label]!, 1e-12))
    }
    return this
  }

  #of(split: Split): Sums {
    const sums = this.#sums.get(split) ?? { count: 0, right: 0, loss: 0 }
    this.#sums.set(split, sums)
    return sums
  }

  report(step: number): StepReport {
    const train = figuresOf(this.#sums.get('train'))
    const validation = figuresOf(this.#sums.get('validation'))
    return {
      step,
      trainAccuracy: train?.accuracy ?? 0,
      crossEntropy: train?.crossEntropy ?? 0,
      validationAccuracy: validation?.accuracy,
      validationCrossEntropy: validation?.crossEntropy,
    }
  }
}

function figuresOf(sums: Sums | undefined) {
  return sums && { accuracy: sums.right / sums.count, crossEntropy: sums.loss / sums.count }
}
