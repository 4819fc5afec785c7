// GET api/groups?detail=1|2|3, GET api/next?n=20

export interface Groups {
  readonly revision: number
  readonly groups: readonly PictureGroup[]
  /** In no group: for one by one. */
  readonly rest: readonly number[]
}

export interface PictureGroup {
  /** The most typical first, the odd ones last. */
  readonly ids: readonly number[]
  /** What most of them are taken for; null without a head. */
  readonly suggestion: string | null
}

export interface NextPictures {
  readonly revision: number
  readonly pictures: readonly {
    readonly id: number
    readonly guess: string | null
    readonly score: number | null
    /** "between roses and tulips", "like 41 others", "unlike anything learnt" */
    readonly why: string
  }[]
}
