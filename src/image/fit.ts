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
      for (let channel = 0; channel < 3; channel++) {
        result[out++] = mix(data[left + channel]!, data[right + channel]!, share)
      }
    }
  }
  return result
}

/** [height, width, 3] → [toHeight, width, 3] */
function enlargeColumns(data: Uint8Array, width: number, height: number, toHeight: number): Uint8Array {
  const stride = width * 3
  const result = new Uint8Array(toHeight * stride)
  const { from, weight } = taps(height, toHeight)
  let out = 0
  for (let y = 0; y < toHeight; y++) {
    let above = from[y]! * stride
    let below = weight[y] === 0 ? above : above + stride
    const share = weight[y]!
    for (let i = 0; i < stride; i++) result[out++] = mix(data[above++]!, data[below++]!, share)
  }
  return result
}

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
