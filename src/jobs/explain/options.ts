import type { DecodeLimits } from '../../image/limits.ts'

export const DEFAULT_TOP = 3
export const DEFAULT_NEIGHBOURS = 5

/** What may be chosen for explaining a picture; everything has a default. */
export interface ExplainOptions {
  /** Categories explained, the best ones. */
  readonly top?: number
  /** Training pictures listed, the nearest ones. */
  readonly neighbours?: number
  readonly limits?: Partial<DecodeLimits>
  readonly signal?: AbortSignal | undefined
}
