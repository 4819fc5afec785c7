import { type Backbone, blocksOf } from '../backbone/backbone.ts'
import type { FeatureMatrix } from './matrix.ts'

/** Length of the last features of all backbones. */
export function lastWidth(backbones: readonly Lengths[]): number {
  return backbones.reduce((sum, backbone) => sum + blocksOf(backbone)[0]!, 0)
}

type Lengths = Pick<Backbone, 'features' | 'inner'>

/**
 * Bottlenecks without their inner layers: what pictures are compared by. Cosines of inner layers tell pictures of one
 * thing less well from others. The matrix itself where it has none.
 */
export function lastFeatures(matrix: FeatureMatrix, backbones: readonly Lengths[]): FeatureMatrix {
  const { values, rows, width } = matrix
  const lasts = lastWidth(backbones)
  if (lasts === width) return matrix
  if (rows === 1 && backbones.length === 1) return { values: values.subarray(0, lasts), rows, width: lasts }
  const kept = new Float32Array(rows * lasts)
  for (let row = 0; row < rows; row++) {
    let from = row * width
    let to = row * lasts
    for (const backbone of backbones) {
      const [last] = blocksOf(backbone)
      kept.set(values.subarray(from, from + last!), to)
      from += backbone.features
      to += last!
    }
  }
  return { values: kept, rows, width: lasts }
}
