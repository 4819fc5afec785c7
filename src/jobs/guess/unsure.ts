import { pointFor, precisionOf } from '../../assess/certainty.ts'
import { UserError, unexpected } from '../../errors.ts'
import type { Manifest } from '../../model/manifest.ts'
import { DEFAULT_PRECISION } from './options.ts'

/** For models without cross-validation: more likely than all other categories together. */
const FALLBACK = 0.5

/** A threshold of best scores, and what is known of it. */
export interface UnsureChoice {
  readonly threshold: number
  /** Not chosen, but asked for. */
  readonly given?: boolean
  /** What cross-validation found at it; undefined for a threshold that was given, or chosen without. */
  readonly measured?: {
    /** Asked for. */
    readonly wanted: number
    /** Of the names let through, the share that were right: with few pictures, rather less than was seen. */
    readonly precision: number
    /** Share of pictures let through. */
    readonly coverage: number
    readonly reached: boolean
  }
}

/**
 * Chooses the best score below which a name is not relied on: the lowest that gives the precision asked for.
 *
 * @param given a threshold to take as it is
 * @param precision share of the names relied on that should be right; 0.95 unless given
 * @throws UserError `E_BAD_VALUE`
 */
export function chooseUnsure(
  { certainty }: Pick<Manifest, 'certainty'>,
  given?: number,
  precision?: number,
): UnsureChoice {
  if (given !== undefined && precision !== undefined) {
    const hint = 'Give --unsure alone to have a threshold chosen for the precision.'
    throw new UserError('E_BAD_VALUE', 'Expected either a threshold for --unsure or --precision but received both.', {
      hint,
    })
  }
  if (given !== undefined) {
    if (!(given >= 0 && given <= 1)) throw unexpected('unsure', 'a score from 0 to 1', given)
    return { threshold: given, given: true }
  }
  const wanted = precision ?? DEFAULT_PRECISION
  if (!(wanted > 0 && wanted < 1)) throw unexpected('precision', 'a share above 0 and below 1, such as 0.95,', wanted)
  const all = certainty?.[0]
  const point = certainty && pointFor(certainty, wanted)
  if (all === undefined || point === undefined) return { threshold: FALLBACK }
  const reached = precisionOf(point)
  return {
    threshold: point.threshold,
    measured: { wanted, precision: reached, coverage: point.pictures / all.pictures, reached: reached >= wanted },
  }
}
