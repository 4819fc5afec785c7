import type { Refusal } from '../../dataset/refusals.ts'
import type { DecodeLimits } from '../../image/limits.ts'
import type { FleetEvent, HandOutOptions } from './handOut.ts'
import type { Shard } from './plan.ts'

/** What may be chosen for naming all pictures of a place; everything has a default. */
export interface GuessAllOptions {
  readonly limits?: Partial<DecodeLimits>
  /** Only the batches of this share: several processes with one share each do all of them. */
  readonly shard?: Shard | undefined
  /** The work is given to the workers of a queue; nothing is named here. */
  readonly queue?: HandOutOptions | undefined
  readonly onEvent?: (event: GuessAllEvent) => void
  readonly signal?: AbortSignal | undefined
}

export type GuessAllEvent =
  /** While the source is listed. */
  | { readonly kind: 'listing'; readonly pictures: number }
  /** `before` pictures were done by earlier runs or others, `pictures` are left. */
  | { readonly kind: 'planned'; readonly pictures: number; readonly before: number }
  | { readonly kind: 'named'; readonly done: number; readonly total: number; readonly failed: number }
  /** With a queue. */
  | FleetEvent

/** What was not named, or left out, and why. */
export interface NotNamed {
  readonly key: string
  readonly reason: string
}

export interface GuessAllResult {
  /** Pictures that this run named, those that could not be named not among them. */
  readonly named: number
  /** Pictures whose part was there already. */
  readonly before: number
  /** Pictures that could not be named; the table has a row with the reason for each. */
  readonly failed: number
  /** What was left out, and has no row. */
  readonly skipped: number
  /** The first of both kinds. */
  readonly examples: { readonly failed: readonly NotNamed[]; readonly skipped: readonly NotNamed[] }
  /** All of both by the reason, the largest group first; each names a few. */
  readonly refusals: readonly Refusal[]
}
