import type { Interval } from '../../assess/interval.ts'
import type { Candidate } from './candidates.ts'

/** A candidate and how well it did. */
export interface Compared extends Candidate {
  /** By cross-validation, on the same folds as the others; with its 95 % interval. */
  readonly right: number
  readonly accuracy: number
  readonly interval: Interval
  /** The share more, or less, than the first candidate, paired picture by picture; with its 95 % interval. */
  readonly gain: number
  readonly gainInterval: Interval
  /** To decode one picture and run the network, measured here. */
  readonly milliseconds: number
}

/** What a comparison came to. */
export interface Choice {
  /** In the order they were tried: the default first. */
  readonly candidates: readonly Compared[]
  /** Index of the one that was chosen. */
  readonly chosen: number
  /** Pictures compared by, of all there are. */
  readonly pictures: number
  readonly of: number
  /** True when so few pictures were named wrong by the first that none could be better beyond chance. */
  readonly endedEarly: boolean
}
