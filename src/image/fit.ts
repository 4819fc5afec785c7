import type { Recipe } from './recipe.ts'

/** Interleaved 8-bit RGB, [height, width, 3]. */
export interface Pixels {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
}

/**
 * Makes a network's square input of a picture that has been shrunk as far as needed: crops or pads it and enlarges
 * what is too small. The decoder is not left to enlarge: it would shift the picture by half a pixel of the result, so
 * that small pictures would reach the network otherwise than large ones.
 *
 * @param pixels no side longer than `size` where the recipe stretches or pads; for a crop, the shorter side at most
 * `size`
 * @returns [size, size, 3]
 */
export function fitSquare(
  pixels: Pixels,
  { size, resize, mean }: Pick<Recipe, 'size' | 'resize' | 'mean'>,
): Uint8Array {
  if (resize === 'stretch') return enlarge(pixels, size, size)
  if (resize === 'crop') return enlarge(cropSquare(pixels), size, size)
  const scale = size / Math.max(pixels.width, pixels.height)
  const [width, height] = [pixels.width, pixels.height].map(side => Math.max(1, Math.round(side * scale))) as [
    number,
    number,
  ]
  return padSquare({ data: enlarge(pixels, width, height), width, height }, size, mean)
}

/** Bilinear, pixel centres on pixel centres; the picture itself where nothing is to be done. */
function enlarge({ data, width, height }: Pixels, toWidth: number, toHeight: number): Uint8Array {
  const wide = toWidth === width ? data : enlargeRows(data, width, height, toWidth)
  return toHeight === height ? wide : enlargeColumns(wide, toWidth, height, toHeight)
}

/** [height, width, 3] → [height, toWidth, 3] */
function enlargeRows(data: Uint8Array, width: number, height: number, toWidth: number): Uint8Array {
  const result = new Uint8Array(height * toWidth * 3)
  const { from, weight } = taps(width, toWidth)
  let out = 0
  for (let row = 0; row < height; row++) {
    const start = row * width
    for (let x = 0; x < toWidth; x++) {
      const left = (start + from[x]!) * 3
      const right = weight[x] === 0 ? left : left + 3
      const share = weight[x]!
      result[out++] = mix(data[left]!, data[right]!, share)
      result[out++] = mix(data[left + 1]!, data[right + 1]!, share)
      result[out++] = mix(data[left + 2]!, data[right + 2]!, share)
    }
  }
  return result
}

/** [height, width, 3] → [toHeight, width, 3] */
function enlargeColumns(data: Uint8Array, width: number, height: number, toHeight: number): Uint8Array {
  const stride = width * 3
  const result = new Uint8Array(toHeight * stride)
  const { from, weight } = taps(height, toHeight)
  const inWords = stride % 4 === 0 && data.byteOffset % 4 === 0
  const mixRows = inWords ? mixWords : mixBytes
  const [source, target] = inWords ? [words(data), words(result)] : [data, result]
  const length = inWords ? stride / 4 : stride
  for (let y = 0; y < toHeight; y++) {
    const above = from[y]! * length
    mixRows(source, above, weight[y] === 0 ? above : above + length, weight[y]!, target, y * length, length)
  }
  return result
}

const words = ({ buffer, byteOffset, byteLength }: Uint8Array) => new Uint32Array(buffer, byteOffset, byteLength >> 2)

/** Mixes two rows that begin at `above` and `below` into one that begins at `to`. */
type MixRows = (
  source: ArrayLike<number>,
  above: number,
  below: number,
  share: number,
  target: Uint8Array | Uint32Array,
  to: number,
  length: number,
) => void

const mixBytes: MixRows = (source, above, below, share, target, to, length) => {
  for (let i = 0; i < length; i++) target[to + i] = mix(source[above + i]!, source[below + i]!, share)
}

/** The same four bytes at a time, two in each product: every row of a picture that is wider than high goes through here. */
const mixWords: MixRows = (source, above, below, share, target, to, length) => {
  const rest = 256 - share
  for (let i = 0; i < length; i++) {
    const over = source[above + i]!
    const under = source[below + i]!
    const even = (Math.imul(over & EVEN, rest) + Math.imul(under & EVEN, share) + HALVES) >>> 8
    const odd = Math.imul((over >>> 8) & EVEN, rest) + Math.imul((under >>> 8) & EVEN, share) + HALVES
    target[to + i] = (even & EVEN) | (odd & ~EVEN)
  }
}

/** Every second byte of a word, and a half of 1/256 in each of them, for rounding. */
const EVEN = 0x00ff00ff
const HALVES = 0x00800080

/** Weights are in 1/256: integers give the same bytes on every machine. */
const mix = (a: number, b: number, share: number) => ((a << 8) + (b - a) * share + 128) >> 8

/** For each place of the result, the source place at or before it and the next one's weight; 0 at the last place. */
function taps(length: number, toLength: number): { from: Int32Array; weight: Int32Array } {
  const from = new Int32Array(toLength)
  const weight = new Int32Array(toLength)
  for (let i = 0; i < toLength; i++) {
    const place = Math.min(Math.max(((i + 0.5) * length) / toLength - 0.5, 0), length - 1)
    from[i] = Math.floor(place)
    weight[i] = from[i] === length - 1 ? 0 : Math.round((place - from[i]!) * 256)
  }
  return { from, weight }
}

/** The middle square, as large as the shorter side. */
function cropSquare({ data, width, height }: Pixels): Pixels {
  if (width === height) return { data, width, height }
  const side = Math.min(width, height)
  const left = (width - side) >> 1
  const top = (height - side) >> 1
  const square = new Uint8Array(side * side * 3)
  for (let row = 0; row < side; row++) {
    const start = ((top + row) * width + left) * 3
    square.set(data.subarray(start, start + side * 3), row * side * 3)
  }
  return { data: square, width: side, height: side }
}

/** Puts the picture in the middle of a square filled with the mean, which the network sees as 0. */
function padSquare({ data, width, height }: Pixels, size: number, mean: Recipe['mean']): Uint8Array {
  if (width === size && height === size) return data
  const square = new Uint8ClampedArray(size * size * 3) // rounds and clamps what it is given
  for (let i = 0; i < square.length; i++) square[i] = mean[i % 3]!
  const left = (size - width) >> 1
  const top = (size - height) >> 1
  for (let row = 0; row < height; row++) {
    square.set(data.subarray(row * width * 3, (row + 1) * width * 3), ((top + row) * size + left) * 3)
  }
  return new Uint8Array(square.buffer)
}
