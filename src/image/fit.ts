import type { Recipe } from './recipe.ts'
import { squareOf } from './squares.ts'
import { type Held, hold, type Lines, sumAcross, sumDown, viewOf } from './sums.ts'

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
export function fitSquare(pixels: Pixels, recipe: Pick<Recipe, 'size' | 'resize' | 'mean'>): Uint8Array {
  const { data, width, height } = recipe.resize === 'crop' ? cropSquare(pixels) : pixels
  if (width === recipe.size && height === recipe.size) return data
  const { held, bytes } = hold(width, height, 3)
  bytes.set(data)
  return fitHeld(held, recipe)
}

/** The same of a picture that is held. */
export function fitHeld(picture: Held, { size, resize, mean }: Pick<Recipe, 'size' | 'resize' | 'mean'>): Uint8Array {
  if (resize === 'stretch') return squareOf(viewOf(enlarge(picture, size, size)))
  if (resize === 'crop') return squareOf(viewOf(enlarge(middleSquare(picture), size, size)))
  const scale = size / Math.max(picture.width, picture.height)
  const [width, height] = [picture.width, picture.height].map(side => Math.max(1, Math.round(side * scale))) as [
    number,
    number,
  ]
  return padSquare({ data: viewOf(enlarge(picture, width, height)), width, height }, size, mean)
}

/** Bilinear, pixel centres on pixel centres. @returns RGB, one row right behind the other */
function enlarge(picture: Held, width: number, height: number): Held {
  const isWide = width === picture.width && picture.channels === 3
  const wide = isWide ? picture : sumAcross(picture, mixes(picture.width, width))
  const isWhole = height === wide.height && wide.rowBytes === width * 3
  return isWhole ? wide : sumDown(wide, mixes(wide.height, height))
}

/** For each line of the result, the one at or before it mixed with the next, in 1/256: integers give the same bytes on every machine. */
function mixes(from: number, length: number): Lines {
  const firsts = new Int32Array(length)
  const weights = new Uint16Array(length * 2)
  for (let line = 0; line < length; line++) {
    const place = Math.min(Math.max(((line + 0.5) * from) / length - 0.5, 0), from - 1)
    const first = Math.floor(place)
    const share = first === from - 1 ? 0 : Math.round((place - first) * 256)
    firsts[line] = first
    weights[line * 2] = (256 - share) * 16
    weights[line * 2 + 1] = share * 16
  }
  return { length, taps: 2, firsts, weights }
}

/** The middle square, as large as the shorter side. */
function middleSquare(picture: Held): Held {
  const { at, width, height, channels, rowBytes } = picture
  const side = Math.min(width, height)
  const [left, top] = [(width - side) >> 1, (height - side) >> 1]
  return { ...picture, at: at + top * rowBytes + left * channels, width: side, height: side }
}

/** The same of one that is not held, and may be much longer than that side. */
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
  if (width === size && height === size) return squareOf(data)
  const square = new Uint8ClampedArray(size * size * 3) // rounds and clamps what it is given
  for (let i = 0; i < square.length; i++) square[i] = mean[i % 3]!
  const left = (size - width) >> 1
  const top = (size - height) >> 1
  for (let row = 0; row < height; row++) {
    square.set(data.subarray(row * width * 3, (row + 1) * width * 3), ((top + row) * size + left) * 3)
  }
  return new Uint8Array(square.buffer)
}
