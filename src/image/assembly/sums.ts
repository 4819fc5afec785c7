// AssemblyScript, which `npm run build` compiles to dist/image/sums.wasm: sums of bytes by weights in 1/4096, rounded. One instruction
// multiplies four pairs of bytes by a pair of weights and adds each pair; what V8 makes of the same in JavaScript takes four times as long.

/** A half, for rounding, of what is then divided by 2 ** PARTS_SHIFT. */
const HALF: i32 = 2048
const PARTS_SHIFT: i32 = 12

/**
 * Sums of pixels in a row, RGB. For each of `length` in the table: where its first pixel lies in a row (i32), and weights of four
 * times `groups` pixels (i16). Up to 13 bytes behind a row are read, and one is written behind the last pixel.
 *
 * @param channels bytes of a pixel: 3, or 4 of which the last has no meaning
 */
export function across(
  source: usize,
  rowBytes: usize,
  rows: i32,
  channels: i32,
  to: usize,
  length: i32,
  table: usize,
  groups: i32,
): void {
  // Bytes of four pixels in pairs, a channel each; what has no meaning is 0.
  const inPairs =
    channels === 3
      ? i8x16(0, 3, 1, 4, 2, 5, -1, -1, 6, 9, 7, 10, 8, 11, -1, -1)
      : i8x16(0, 4, 1, 5, 2, 6, -1, -1, 8, 12, 9, 13, 10, 14, -1, -1)
  for (let row = 0; row < rows; row++) {
    let entry = table
    for (let pixel = 0; pixel < length; pixel++) {
      let place = source + load<i32>(entry)
      let sum = i32x4.splat(HALF)
      for (let group = 0; group < groups; group++) {
        const pairs = i8x16.swizzle(v128.load(place), inPairs)
        sum = i32x4.add(sum, sumsOfLow(pairs, v128.load_splat<i32>(entry, 4)))
        sum = i32x4.add(sum, sumsOfHigh(pairs, v128.load_splat<i32>(entry, 8)))
        place += 4 * channels
        entry += 8
      }
      const words = wholes(sum, sum)
      v128.store_lane<i32>(to, i8x16.narrow_i16x8_u(words, words), 0) // a byte too much, in the place of the next pixel
      to += 3
      entry += 4
    }
    source += rowBytes
  }
}

/**
 * Sums of rows, the first `bytes` of each. For each of `length` in the table: where its first row lies (i32), and weights of twice
 * `pairs` rows (i16). Sixteen bytes are read and written at a time: those too many are in the place of the next row.
 */
export function down(
  source: usize,
  rowBytes: usize,
  bytes: usize,
  to: usize,
  length: i32,
  table: usize,
  pairs: i32,
): void {
  for (let row = 0; row < length; row++) {
    const first = source + load<i32>(table)
    for (let at: usize = 0; at < bytes; at += 16) {
      let place = first + at
      let weightsAt = table + 4
      let a = i32x4.splat(HALF)
      let b = a
      let c = a
      let d = a
      for (let pair = 0; pair < pairs; pair++) {
        const upper = v128.load(place)
        const lower = v128.load(place + rowBytes)
        const weights = v128.load_splat<i32>(weightsAt)
        const left = v128.shuffle<i8>(upper, lower, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
        const right = v128.shuffle<i8>(upper, lower, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
        a = i32x4.add(a, sumsOfLow(left, weights))
        b = i32x4.add(b, sumsOfHigh(left, weights))
        c = i32x4.add(c, sumsOfLow(right, weights))
        d = i32x4.add(d, sumsOfHigh(right, weights))
        place += 2 * rowBytes
        weightsAt += 4
      }
      v128.store(to + at, i8x16.narrow_i16x8_u(wholes(a, b), wholes(c, d)))
    }
    to += bytes
    table += 4 + 4 * pairs
  }
}

/** What the first four pairs of bytes come to by pairs of weights. */
function sumsOfLow(pairs: v128, weights: v128): v128 {
  return i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(pairs), weights)
}

/** The same of the last four. */
function sumsOfHigh(pairs: v128, weights: v128): v128 {
  return i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(pairs), weights)
}

/** The whole parts of eight sums. */
function wholes(first: v128, last: v128): v128 {
  return i16x8.narrow_i32x4_s(i32x4.shr_u(first, PARTS_SHIFT), i32x4.shr_u(last, PARTS_SHIFT))
}
