import type { Recipe, Resize } from './recipe.ts'
import { type Held, type Lines, sumAcross, sumDown } from './sums.ts'

/**
 * Shrinks a picture as far as `fitHeld` asks for, to the byte as sharp does by `resize(size, size, { fit, withoutEnlargement:
 * true, kernel: 'linear' })`: libvips' reducev, then its reduceh, with triangles as wide as what they shrink. Positions are
 * rounded to 1/64 of a pixel there, and weights cut off at 1/4096.
 */
export function shrink(picture: Held, { size, resize }: Pick<Recipe, 'size' | 'resize'>): Held {
  const { width, height } = picture
  const factors = shrinkFactors(width, height, size, resize)
  // Rows are reckoned ten at a time, so that the place of each eleventh is not a sum.
  const rows = reductionOf(height, factors.vertical, 10)
  const columns = reductionOf(width, factors.horizontal, width)
  const low = rows ? sumDown(picture, rows) : picture
  return columns ? sumAcross(low, columns) : low
}

/** Whether sharp neither lets libjpeg shrink a picture nor averages whole pixels first: what `shrink` doesn't do. */
export function isShrunkAlike(
  width: number,
  height: number,
  { size, resize }: Pick<Recipe, 'size' | 'resize'>,
): boolean {
  const { horizontal, vertical } = shrinkFactors(width, height, size, resize)
  return Math.min(horizontal, vertical) < 3 && Math.max(horizontal, vertical) < 3.9
}

function shrinkFactors(width: number, height: number, size: number, resize: Resize) {
  const [across, down] = [width / size, height / size]
  const common = resize === 'crop' ? Math.min(across, down) : Math.max(across, down)
  const [horizontal, vertical] = resize === 'stretch' ? [across, down] : [common, common]
  return { horizontal: factorFor(width, horizontal), vertical: factorFor(height, vertical) }
}

/** Never enlarges, nor shrinks to nothing; divided twice, as libvips hands it on. */
function factorFor(length: number, factor: number): number {
  return 1 / Math.max(1 / Math.min(Math.max(factor, 1), length), 1 / length)
}

/** Weights are for places in 1/64, and hold that many parts. */
const STEPS = 64
const PARTS = 4096

/** @param atOnce lines from one to the next whose place is reckoned anew; those between are sums. @returns undefined for nothing to do */
function reductionOf(from: number, factor: number, atOnce: number): Lines | undefined {
  if (factor === 1) return undefined
  const length = Math.floor(from / factor + 0.5)
  const added = length * factor - from // lines that the result stands for beyond those there are
  const taps = 2 * roundEven(factor) + 1
  const before = Math.ceil(taps / 2) - 1
  const byStep = weightsByStep(factor, taps)
  const firsts = new Int32Array(length)
  const weights = new Uint16Array(length * taps)
  let place = 0
  for (let to = 0; to < length; to++) {
    place = to % atOnce === 0 ? (to + 0.5) * factor - 0.5 - ((1 + added) / 2 - 1) : place + factor
    const step = ((Math.trunc(place * STEPS * 2) & (STEPS * 2 - 1)) + 1) >> 1
    firsts[to] = Math.trunc(place) - before
    for (let tap = 0; tap < taps; tap++) weights[to * taps + tap] = byStep[step * taps + tap]!
  }
  return { length, taps, firsts, weights }
}

/** A triangle's height over each line, cut off, for each step of its middle, [STEPS + 1, taps]. */
function weightsByStep(factor: number, taps: number): Int32Array {
  const weights = new Int32Array((STEPS + 1) * taps)
  const heights = new Float64Array(taps)
  for (let step = 0; step <= STEPS; step++) {
    const middle = step / STEPS + taps / 2 - 1
    let sum = 0
    for (let tap = 0; tap < taps; tap++) {
      heights[tap] = Math.max(0, 1 - Math.abs((tap - middle) / factor))
      sum += heights[tap]!
    }
    for (let tap = 0; tap < taps; tap++) weights[step * taps + tap] = Math.trunc((heights[tap]! / sum) * PARTS)
  }
  return weights
}

/** As C's `rint`. */
function roundEven(value: number): number {
  const below = Math.floor(value)
  return value - below === 0.5 ? below + (below % 2) : Math.round(value)
}
