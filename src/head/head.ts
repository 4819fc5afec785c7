/** The dense softmax layer: a category's logit is `bottleneck · weights[:, category] + bias[category]`. */
export interface Head {
  /** [width, categories], row-major */
  readonly weights: Float32Array
  /** [categories] */
  readonly bias: Float32Array
  readonly width: number
  readonly categories: number
}

/** Logits of feature rows under a head: [rows, width] → [rows, categories]. */
export function headLogits(head: Head, features: Float32Array): Float32Array {
  const { weights, bias, width, categories } = head
  const rows = features.length / width
  const logits = new Float32Array(rows * categories)
  for (let row = 0; row < rows; row++) {
    const sums = Float64Array.from(bias)
    for (let feature = 0; feature < width; feature++) {
      const value = features[row * width + feature]!
      if (value === 0) continue // relu6 leaves many
      for (let category = 0; category < categories; category++) {
        sums[category]! += value * weights[feature * categories + category]!
      }
    }
    logits.set(sums, row * categories)
  }
  return logits
}
