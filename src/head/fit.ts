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
