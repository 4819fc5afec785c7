import { type Blocks, normalise } from './blocks.ts'

/**
 * The dense softmax layer: a category's logit is `bottleneck · weights[:, category] + bias[category]`, where the bottleneck
 * is as it comes, or normalised block by block.
 */
export interface Head {
  /** [width, categories], row-major */
  readonly weights: Float32Array
  /** [categories] */
  readonly bias: Float32Array
  readonly width: number
  readonly categories: number
  /** Lengths of the blocks that are normalised first; none are unless given. */
  readonly blocks?: Blocks | undefined
}

/** Logits of feature rows under a head: [rows, width] → [rows, categories]. */
export function headLogits(head: Head, features: Float32Array): Float32Array {
  const { weights, bias, width, categories, blocks } = head
  const rows = features.length / width
  const logits = new Float32Array(rows * categories)
  const own = new Float32Array(width)
  for (let row = 0; row < rows; row++) {
    if (blocks) normalise(features, row * width, blocks, own, 0)
    else own.set(features.subarray(row * width, (row + 1) * width))
    const sums = Float64Array.from(bias)
    for (let feature = 0; feature < width; feature++) {
      const value = own[feature]!
      if (value === 0) continue // relu6 leaves many
      for (let category = 0; category < categories; category++) {
        sums[category]! += value * weights[feature * categories + category]!
      }
    }
    logits.set(sums, row * categories)
  }
  return logits
}
