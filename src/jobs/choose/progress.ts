import { networkCost } from '../train/costs.ts'
import type { TrainEvent } from '../train/events.ts'
import type { Candidate } from './candidates.ts'

/** A cross-validation takes as long as so many pictures of the smallest network, and as this share of those compared by. */
const LEAST_OF_FOLDS = 30
const SHARE_OF_FOLDS = 1 / 10

/**
 * How far a comparison has come, in pictures that the smallest network takes in that time; what the cache had is no work.
 */
export class ChoosingProgress {
  readonly #onEvent: (event: TrainEvent) => void
  readonly #pictures: number
  readonly #folds: number
  /** What is still to be tried. */
  #left: readonly Candidate[]
  /** Networks whose bottlenecks were begun. */
  readonly #begun = new Set<string>()
  /** Pictures whose bottlenecks the cache lacks, by the network; all of them where it isn't known. */
  readonly #lacked = new Map<string, number>()
  /** Whether there may be fewer to try. */
  #atMost = true
  #finished = 0
  #present = { done: 0, total: 0 }

  /** @param most all that may be tried, in this order */
  constructor(onEvent: (event: TrainEvent) => void, pictures: number, most: readonly Candidate[]) {
    this.#onEvent = onEvent
    this.#pictures = pictures
    this.#folds = LEAST_OF_FOLDS + pictures * SHARE_OF_FOLDS
    this.#left = most
  }

  /** Tells of a network that is not begun yet what the cache has not. */
  lacks(network: Candidate, pictures: number): void {
    this.#lacked.set(keyOf(network), pictures)
  }

  /** Bottlenecks of one network of the next candidate. */
  bottlenecks(network: Candidate, { done, cached }: { readonly done: number; readonly cached: number }): void {
    const cost = networkCost(network.backbone, network.inputSize)
    if (!this.#begun.has(keyOf(network))) this.#next()
    this.#begun.add(keyOf(network))
    this.#show({ done: (done - cached) * cost, total: (this.#pictures - cached) * cost })
  }

  /** The share done of the next candidate's cross-validation. */
  steps(share: number): void {
    if (this.#present.total !== this.#folds) this.#next()
    this.#show({ done: share * this.#folds, total: this.#folds })
  }

  /** The first of those left has been tried. */
  end(): void {
    this.#next()
    this.#left = this.#left.slice(1)
  }

  /** It is known by now what else will be tried. */
  settle(left: readonly Candidate[]): void {
    this.#left = left
    this.#atMost = false
  }

  #next(): void {
    this.#finished += this.#present.done
    this.#present = { done: 0, total: 0 }
  }

  #show(present: { readonly done: number; readonly total: number }): void {
    this.#present = present
    const unbegun = [...distinctNetworks(this.#left)].filter(([key]) => !this.#begun.has(key))
    const bottlenecks = unbegun.reduce((sum, [key, { backbone, inputSize }]) => {
      return sum + networkCost(backbone, inputSize) * (this.#lacked.get(key) ?? this.#pictures)
    }, 0)
    const folds = this.#left.length * this.#folds - (present.total === this.#folds ? this.#folds : 0)
    this.#onEvent({
      kind: 'choosing',
      done: Math.round(this.#finished + present.done),
      total: Math.round(this.#finished + present.total + bottlenecks + folds),
      atMost: this.#atMost,
    })
  }
}

/** A candidate's networks, each for itself. */
export function networksOf(candidate: Candidate): Candidate[] {
  return candidate.backbone.split('+').map(backbone => ({ ...candidate, backbone }))
}

/** The networks of candidates, each once, by `keyOf`. */
export function distinctNetworks(candidates: readonly Candidate[]): Map<string, Candidate> {
  return new Map(candidates.flatMap(networksOf).map(each => [keyOf(each), each]))
}

export function keyOf({ backbone, inputSize, resize }: Candidate): string {
  return `${backbone} ${inputSize ?? ''} ${resize}`
}
