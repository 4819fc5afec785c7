import type { Backbone } from '../backbone/backbone.ts'
import { VARIANT_VERSION } from '../image/augment.ts'
import type { Extraction } from './extract.ts'
import { fillColumns } from './fill.ts'
import type { ExtractOptions } from './options.ts'

/** The cache's identity of a variant's bottlenecks: that of the picture's own with the number; 0 is the picture itself. */
export function variantIdentity(identity: string, variant: number): string {
  return variant === 0 ? identity : `${identity}:${VARIANT_VERSION}.${variant}`
}

/**
 * Bottlenecks of pictures and behind them of `count` variants of each, variant by variant: row `v * rows + r` is of
 * variant `v` of picture `r`. From the cache where it has them, else decoded and run.
 *
 * @returns [(1 + count) * rows, width]; the extraction's own matrix is copied into it
 */
export async function extractVariants(
  { matrix, pictures, hashes }: Extraction,
  backbones: readonly Backbone[],
  count: number,
  options: ExtractOptions,
): Promise<Float32Array> {
  const { rows, width } = matrix
  const all = new Float32Array((1 + count) * rows * width)
  all.set(matrix.values)
  const values = all.subarray(rows * width)
  const repeated = Array.from({ length: count }, () => pictures).flat()
  const variants = Int32Array.from(repeated.keys(), at => 1 + Math.floor(at / rows))
  const known: (string | undefined)[] = Array.from({ length: count }, () => hashes).flat()
  const failures = new Map<number, string>()
  let column = 0
  for (const [turn, backbone] of backbones.entries()) {
    const before = turn * repeated.length
    await fillColumns(
      { pictures: repeated, hashes: known, failures, values, width, column, backbone, variants },
      {
        ...options,
        onProgress: ({ done, cached }) =>
          options.onProgress?.({ done: before + done, total: repeated.length * backbones.length, cached }),
      },
    )
    column += backbone.features
  }
  // A picture that changed or vanished just now stands for its variants itself.
  for (const at of failures.keys()) {
    const row = at % rows
    values.set(matrix.values.subarray(row * width, (row + 1) * width), at * width)
  }
  return all
}
