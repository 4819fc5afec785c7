import type { Recipe } from '../image/recipe.ts'

/** A pretrained network that can be asked for by name: all there is to know of it without its weights. */
export interface CatalogEntry {
  readonly name: string
  /** Other names that people type, such as those of `retrain.py`'s `--architecture`. */
  readonly aliases: readonly string[]
  readonly source: CatalogSource
  /**
   * Of the archive, or of a bundled folder's `model.json` and shards in turn. Undefined where no public source states it:
   * then the first download's is recorded and later ones must match.
   */
  readonly sha256: string | undefined
  readonly recipe: Recipe
  /** Node that takes the prepared pictures, float32 [n, size, size, 3]. */
  readonly input: string
  /** Node of the global average pool. */
  readonly bottleneck: string
  /** Node of the ImageNet class scores, before the softmax. */
  readonly logits: string
  /** Length of the last features. */
  readonly features: number
  /** Lengths of the inner layers that are read beside them; undefined where only the network tells. */
  readonly inner?: readonly number[]
  /** Published single-crop accuracy on ImageNet, percent: how strong the network is, before any training of ours. */
  readonly top1: number
  readonly licence: string
  /** What is stored or downloaded; undefined where no public source states it. */
  readonly megabytes: number | undefined
}

type CatalogSource =
  | { readonly kind: 'bundled' /** Inside `models/`. */; readonly folder: string }
  | { readonly kind: 'download'; readonly address: string }

/** `(x - mean) / scale` with the same figures for red, green and blue, on pictures stretched to a square. */
export function stretched(size: number, mean: number, scale: number): Recipe {
  return { size, resize: 'stretch', mean: [mean, mean, mean], scale: [scale, scale, scale] }
}
