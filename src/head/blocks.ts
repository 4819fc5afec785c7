import { LEAST_SUM } from '../graph/normalise.ts'
import { halvesToFloats } from '../graph/tensor.ts'

/*
 * A bottleneck is made of blocks: each backbone's last features and, where its inner layers are read too, the standard
 * deviations of some. Blocks differ in length and range, and single large numbers would rule. So a head sees each block as
 * sign(x)·√|x|, divided by its length: y = sign(x)·√(|x| / Σ|x|).
 */

/** Lengths of the blocks of one backbone's bottleneck: the last features, then its inner layers'. */
export type Blocks = readonly number[]

/** Writes the normalised blocks of the row at `from` of `values` to `target` at `to`. A block of zeros stays one. */
export function normalise(values: Float32Array, from: number, blocks: Blocks, target: Float32Array, to: number): void {
  let start = 0
  for (const length of blocks) {
    let sum = 0
    for (let at = start; at < start + length; at++) sum += Math.abs(values[from + at]!)
    const scale = 1 / (sum + LEAST_SUM)
    for (let at = start; at < start + length; at++) {
      const value = values[from + at]!
      target[to + at] = value < 0 ? -Math.sqrt(-value * scale) : Math.sqrt(value * scale)
    }
    start += length
  }
}

/**
 * Normalises any blocks of a row that lie side by side: their numbers, float32 or the bits of float16, and the column where they
 * begin. What it gives is overwritten by the next.
 */
export function normaliser(
  backbones: readonly Blocks[],
): (numbers: Float32Array | Uint16Array, column: number) => Float32Array {
  const blocks = backbones.flat()
  const starts = blocks.map((_, block) => blocks.slice(0, block).reduce((sum, length) => sum + length, 0))
  const memory = new Float32Array(blocks.reduce((sum, length) => sum + length, 0))
  return (numbers, column) => {
    const end = column + numbers.length
    const own = blocks.filter((_, block) => starts[block]! >= column && starts[block]! < end)
    const normalised = memory.subarray(0, numbers.length)
    if (numbers instanceof Float32Array) normalise(numbers, 0, own, normalised, 0)
    else normaliseHalves(numbers, own, normalised)
    return normalised
  }
}

let rootTable: Float32Array | undefined

/** As `normalise`, of float16: the roots of all there are come from a table, in a fraction of the time that making them takes. */
function normaliseHalves(halves: Uint16Array, blocks: Blocks, target: Float32Array): void {
  const roots = rootsOfHalves()
  let start = 0
  for (const length of blocks) {
    const end = start + length
    let sum = 0
    for (let at = start; at < end; at++) {
      const root = roots[halves[at]!]!
      target[at] = root
      sum += root * root
    }
    const scale = 1 / Math.sqrt(sum + LEAST_SUM)
    for (let at = start; at < end; at++) target[at]! *= scale
    start = end
  }
}

function rootsOfHalves(): Float32Array {
  rootTable ??= halvesToFloats(Uint16Array.from({ length: 65536 }, (_, bits) => bits)).map(
    value => Math.sign(value) * Math.sqrt(Math.abs(value)),
  )
  return rootTable
}
