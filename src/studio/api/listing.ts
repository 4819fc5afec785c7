// GET api/pictures

export type View = 'all' | 'doubtful' | 'mistakes' | 'alike' | 'odd' | 'quality' | 'skipped' | 'next'

export type Sort = 'name' | 'new' | 'score' | 'doubt' | `like:${number}`

/** `GET api/pictures?in=…`; everything has a default: `in=data&view=all&sort=name`. */
export interface PicturesQuery {
  readonly in?: 'data' | 'unlabeled' | 'trash'
  /** Of data, the category's pictures; of unlabeled, those that the live head takes for it. */
  readonly category?: string
  readonly view?: View
  readonly sort?: Sort
}

/** All pictures asked for, a column a property, so that 100,000 are about a megabyte. */
export interface PictureColumns {
  readonly boot: string
  readonly revision: number
  readonly total: number
  /** What the numbers in `category` mean. */
  readonly categories: readonly string[]
  readonly ids: readonly number[]
  /**
   * In data: the category it lies in. In unlabeled: the one it is taken for. In trash: the one it came from. -1: none.
   * In the views doubtful and mistakes see also `other`.
   */
  readonly category: readonly number[]
  /** Bits, see `Flag`. */
  readonly flags: readonly number[]
  /** 0 to 1000: how likely the category in `category` is, by the newest head; -1 when it is not known. */
  readonly score: readonly number[]
  /** Views doubtful and mistakes alone: the category that it looks like, or -1. */
  readonly other?: readonly number[]
}

/** Bits of `flags`. (Not an enum: types alone here.) */
export interface Flag {
  /** Somebody said that its label is right. */
  readonly checked: 1
  readonly doubtful: 2
  /** Named otherwise by a head that never saw it. */
  readonly mistake: 4
  /** Unlike anything learnt. */
  readonly unfamiliar: 8
  /** Can't be read: its tile shows the reason from `api/pictures/:id`. */
  readonly unreadable: 16
  /** Dark, blurred, tiny, blank or oddly shaped. */
  readonly quality: 32
  /** The same, or all but the same, as another one. */
  readonly alike: 64
  /** Kept apart to measure the accuracy by; not suggested. */
  readonly held: 128
}
