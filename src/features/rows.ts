import type { Backbone } from '../backbone/backbone.ts'
import type { Picture } from '../dataset/scan.ts'
import { type Layer, layersOf, variantIdentity } from './identity.ts'
import type { RowTarget } from './target.ts'

/** Rows that are to be filled, and what comes to be known of their pictures meanwhile. */
export interface Rows {
  readonly pictures: readonly Picture[]
  /** Number of the variant that each row is of its picture, [pictures]; 0, the picture itself, unless given. */
  readonly variants?: ArrayLike<number>
  /** sha256 by row, undefined until the file's bytes were read; filled in. */
  readonly hashes: (string | undefined)[]
  /** Reasons by row of those that can't be used; filled in. */
  readonly failures: Map<number, string>
  /** Where the bottlenecks of all backbones go, side by side. */
  readonly target: RowTarget
}

/** The part of every row that one backbone fills. */
export interface Columns {
  readonly backbone: Backbone
  /** First column. */
  readonly first: number
  /** What the cache keeps of it, part by part. */
  readonly layers: readonly Layer[]
}

/** Length of a row: the bottlenecks of all backbones side by side. */
export function widthOf(backbones: readonly Backbone[]): number {
  return backbones.reduce((sum, { features }) => sum + features, 0)
}

/** Which columns each backbone fills. */
export function columnsOf(backbones: readonly Backbone[]): Columns[] {
  return backbones.map((backbone, place) => ({
    backbone,
    first: widthOf(backbones.slice(0, place)),
    layers: layersOf(backbone),
  }))
}

/** The cache's identity of a row's layer. */
export function identityOf({ variants }: Pick<Rows, 'variants'>, row: number, { identity }: Layer): string {
  return variantIdentity(identity, variants?.[row] ?? 0)
}
