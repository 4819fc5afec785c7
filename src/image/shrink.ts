import type { Pixels } from './fit.ts'
import type { Recipe, Resize } from './recipe.ts'

/** What a decoder makes: interleaved RGBA, nothing of it transparent. */
export interface Decoded {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
}

/**
 * Shrinks a picture as far as `fitSquare` asks for, to the byte as sharp does by `resize(size, size, { fit, withoutEnlargement:
 * true, kernel: 'linear' })`: libvips' reducev, then its reduceh, with triangles as wide as what they shrink. Positions are
 * rounded to 1/64 of a pixel there, and weights cut off at 1/4096.
 */
export function shrink({ data, width, height }: Decoded, { size, resize }: Pick<Recipe, 'size' | 'resize'>): Pixels {
  const factors = shrinkFactors(width, height, size, resize)
  // Rows are reckoned ten at a time, so that the place of each eleventh is not a sum.
  const rows = reductionOf(height, factors.vertical, 10)
  const columns = reductionOf(width, factors.horizontal, width)
  if (!rows) return columns ? reduceWidth(data, 4, width, height, columns) : { data: withoutAlpha(data), width, height }
  const low = reduceHeight(data, width, rows)
  return columns ? reduceWidth(low.data, 3, width, rows.length, columns) : low
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

/** How each line of a result is a sum of `taps` lines that lie side by side. */
interface Reduction {
  readonly length: number
  readonly taps: number
  /** Lines before, [length, taps]; over the ends, the last one is taken again. */
  readonly lines: Int32Array
  /** Their weights in 1/4096, [length, taps]. */
  readonly weights: Int32Array
}

/** Weights are for places in 1/64, and hold that many parts. */
const STEPS = 64
const PARTS_SHIFT = 12
const PARTS = 1 << PARTS_SHIFT
const HALF = PARTS >> 1

/** @param atOnce lines from one to the next whose place is reckoned anew; those between are sums. @returns undefined for nothing to do */
function reductionOf(length: number, factor: number, atOnce: number): Reduction | undefined {
  if (factor === 1) return undefined
  const toLength = Math.floor(length / factor + 0.5)
  const added = toLength * factor - length // lines that the result stands for beyond those there are
  const taps = 2 * roundEven(factor) + 1
  const before = Math.ceil(taps / 2) - 1
  const byStep = weightsByStep(factor, taps)
  const lines = new Int32Array(toLength * taps)
  const weights = new Int32Array(toLength * taps)
  let place = 0
  for (let to = 0, at = 0; to < toLength; to++) {
    place = to % atOnce === 0 ? (to + 0.5) * factor - 0.5 - ((1 + added) / 2 - 1) : place + factor
    const step = ((Math.trunc(place * STEPS * 2) & (STEPS * 2 - 1)) + 1) >> 1
    const first = Math.trunc(place) - before
    for (let tap = 0; tap < taps; tap++, at++) {
      lines[at] = Math.min(Math.max(first + tap, 0), length - 1)
      weights[at] = byStep[step * taps + tap]!
    }
  }
  return { length: toLength, taps, lines, weights }
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

/** A picture as lines of pixels: how many a line has, how far each is from the next, and the next line from it. */
interface Lines {
  readonly pixels: number
  readonly toNext: number
  readonly toNextLine: number
}

/** RGBA, [height, width, 4] → RGB, [length, width, 3] */
function reduceHeight(data: Uint8Array, width: number, reduction: Reduction): Pixels {
  const from = { pixels: width, toNext: 4, toNextLine: width * 4 }
  const to = { pixels: width, toNext: 3, toNextLine: width * 3 }
  return { data: reduce(data, from, reduction, to), width, height: reduction.length }
}

/** [height, width, channels] → RGB, [height, length, 3] */
function reduceWidth(data: Uint8Array, channels: 3 | 4, width: number, height: number, reduction: Reduction): Pixels {
  const from = { pixels: height, toNext: width * channels, toNextLine: channels }
  const to = { pixels: height, toNext: reduction.length * 3, toNextLine: 3 }
  return { data: reduce(data, from, reduction, to), width: reduction.length, height }
}

/** Makes each line of the result a sum of lines. */
function reduce(data: Uint8Array, from: Lines, reduction: Reduction, to: Lines): Uint8Array {
  const result = new Uint8Array(reduction.length * to.pixels * 3)
  const sum = reduction.taps === 3 ? sumOfThree : sumOfMany
  for (let line = 0; line < reduction.length; line++) sum(data, from, reduction, line, result, to)
  return result
}

type Sum = (data: Uint8Array, from: Lines, how: Reduction, line: number, result: Uint8Array, to: Lines) => void

/** Where lines are shrunk to more than two thirds, as those of most small pictures are. */
const sumOfThree: Sum = (data, { pixels, toNext, toNextLine }, { lines, weights }, line, result, to) => {
  const tap = line * 3
  const [first, second, third] = [weights[tap]!, weights[tap + 1]!, weights[tap + 2]!]
  let a = lines[tap]! * toNextLine
  let b = lines[tap + 1]! * toNextLine
  let c = lines[tap + 2]! * toNextLine
  for (let pixel = 0, at = line * to.toNextLine; pixel < pixels; pixel++, at += to.toNext) {
    result[at] = (first * data[a]! + second * data[b]! + third * data[c]! + HALF) >> PARTS_SHIFT
    result[at + 1] = (first * data[a + 1]! + second * data[b + 1]! + third * data[c + 1]! + HALF) >> PARTS_SHIFT
    result[at + 2] = (first * data[a + 2]! + second * data[b + 2]! + third * data[c + 2]! + HALF) >> PARTS_SHIFT
    a += toNext
    b += toNext
    c += toNext
  }
}

const sumOfMany: Sum = (data, { pixels, toNext, toNextLine }, { taps, lines, weights }, line, result, to) => {
  const end = (line + 1) * taps
  for (let pixel = 0, at = line * to.toNextLine; pixel < pixels; pixel++, at += to.toNext) {
    let red = HALF
    let green = HALF
    let blue = HALF
    for (let tap = line * taps; tap < end; tap++) {
      const place = lines[tap]! * toNextLine + pixel * toNext
      const weight = weights[tap]!
      red += weight * data[place]!
      green += weight * data[place + 1]!
      blue += weight * data[place + 2]!
    }
    result[at] = red >> PARTS_SHIFT
    result[at + 1] = green >> PARTS_SHIFT
    result[at + 2] = blue >> PARTS_SHIFT
  }
}

/** RGBA → RGB */
function withoutAlpha(data: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((data.length / 4) * 3)
  for (let from = 0, to = 0; from < data.length; from += 4, to += 3) {
    rgb[to] = data[from]!
    rgb[to + 1] = data[from + 1]!
    rgb[to + 2] = data[from + 2]!
  }
  return rgb
}
