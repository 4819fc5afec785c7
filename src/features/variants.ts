import type { Backbone } from '../backbone/backbone.ts'
import type { Extraction } from './extract.ts'
import { fillRows } from './fill.ts'
import type { ExtractOptions } from './options.ts'
import { MatrixTarget, type RowTarget } from './target.ts'

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
  const target = new MatrixTarget(values, width)
  const failures = await fillVariants({ pictures, hashes }, backbones, count, target, options)
  // A picture that changed or vanished just now stands for its variants itself.
  for (const at of failures.keys()) {
    const row = at % rows
    values.set(matrix.values.subarray(row * width, (row + 1) * width), at * width)
  }
  return all
}

/**
 * Fills rows with variants of pictures, variant by variant.
 *
 * @returns reasons by row of those that can't be had
 */
export async function fillVariants(
  { pictures, hashes }: Pick<Extraction, 'pictures' | 'hashes'>,
  backbones: readonly Backbone[],
  count: number,
  target: RowTarget,
  options: ExtractOptions,
): Promise<ReadonlyMap<number, string>> {
  const repeated = Array.from({ length: count }, () => pictures).flat()
  const variants = Int32Array.from(repeated.keys(), at => 1 + Math.floor(at / pictures.length))
  const known: (string | undefined)[] = Array.from({ length: count }, () => hashes).flat()
  const failures = new Map<number, string>()
  await fillRows({ pictures: repeated, variants, hashes: known, failures, target }, backbones, options)
  return failures
}
