import type { Backbone } from '../backbone/backbone.ts'
import type { Picture } from '../dataset/scan.ts'

/** The part of the feature matrix that one backbone fills. */
export interface Columns {
  readonly pictures: readonly Picture[]
  /** sha256 by row, undefined until the file's bytes were read; filled in. */
  readonly hashes: (string | undefined)[]
  /** Reasons by row of those that can't be used; filled in. */
  readonly failures: Map<number, string>
  /** [pictures, width]; filled in. */
  readonly values: Float32Array
  readonly width: number
  /** First column of this backbone. */
  readonly column: number
  readonly backbone: Backbone
  /** Number of the variant that each row is of its picture, [pictures]; 0, the picture itself, unless given. */
  readonly variants?: ArrayLike<number>
}
