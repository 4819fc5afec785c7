// GET api/findings

export interface Findings {
  readonly revision: number
  /** Null before the first examination. */
  readonly at: string | null
  readonly findings: readonly StudioFinding[]
}

export interface StudioFinding {
  readonly kind: string
  /** Of the picture; null for a category or a file that is no picture. */
  readonly id: number | null
  readonly path: string
  readonly what: string
  readonly remedy: string
  /** Others it is about. */
  readonly others: readonly number[]
  readonly looksLike: string | null
}
