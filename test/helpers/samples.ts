import sharp, { type Sharp } from 'sharp'
import { decodePicture } from '../../src/image/decode.ts'
import { type DecodeLimits, limitsWith } from '../../src/image/limits.ts'
import { PictureError } from '../../src/image/pictureError.ts'
import type { Recipe } from '../../src/image/recipe.ts'

/** A recipe that leaves the values as they are. */
export const recipe = (size: number, resize: Recipe['resize'] = 'stretch'): Recipe => ({
  size,
  resize,
  mean: [127.5, 127.5, 127.5],
  scale: [127.5, 127.5, 127.5],
})

export type Colour = readonly [number, number, number]
export const RED: Colour = [220, 30, 30]
export const GREEN: Colour = [30, 180, 40]
export const BLUE: Colour = [30, 50, 210]
export const YELLOW: Colour = [240, 220, 40]
export const WHITE: Colour = [255, 255, 255]

/** Pixels of one colour, or of one function of the place; interleaved, as many channels as the colour has. */
export function paint(
  width: number,
  height: number,
  colour: readonly number[] | ((x: number, y: number) => readonly number[]),
): Sharp {
  const at = typeof colour === 'function' ? colour : () => colour
  const channels = at(0, 0).length as 1 | 2 | 3 | 4
  const data = Buffer.alloc(width * height * channels)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data.set(at(x, y), (y * width + x) * channels)
  }
  return sharp(data, { raw: { width, height, channels } })
}

/** Red, green / blue, yellow: tells every turn and every mirroring. */
export const corners = (width = 60, height = 40): Sharp =>
  paint(width, height, (x, y) => (y < height / 2 ? (x < width / 2 ? RED : GREEN) : x < width / 2 ? BLUE : YELLOW))

/** A picture with detail that no format can compress away. */
export const noise = (width = 64, height = 48, channels: 3 | 4 = 3): Sharp => {
  const next = random(width * height)
  const data = Buffer.from(Array.from({ length: width * height * channels }, () => next(256)))
  return sharp(data, { raw: { width, height, channels } })
}

/** The colours in the middles of the four quarters: top left, top right, bottom left, bottom right. */
export function quarters(pixels: Uint8Array, size: number): Colour[] {
  const [near, far] = [size >> 2, size - 1 - (size >> 2)]
  return [
    [near, near],
    [far, near],
    [near, far],
    [far, far],
  ].map(([x, y]) => colourAt(pixels, size, x!, y!))
}

export function colourAt(pixels: Uint8Array, size: number, x: number, y: number): Colour {
  const at = (y * size + x) * 3
  return [pixels[at]!, pixels[at + 1]!, pixels[at + 2]!]
}

/** The largest difference of any channel. */
export function difference(a: readonly number[] | Uint8Array, b: readonly number[] | Uint8Array): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY
  let most = 0
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i]! - b[i]!))
  return most
}

/** `ok`, or the reason that a PictureError gives. Any other error is thrown on. */
export async function outcome(
  source: string | Uint8Array,
  limits: Partial<DecodeLimits> = {},
  resize: Recipe['resize'] = 'stretch',
): Promise<string> {
  try {
    const pixels = await decodePicture(source, recipe(32, resize), limitsWith(limits))
    return pixels.length === 32 * 32 * 3 ? 'ok' : `${pixels.length} bytes`
  } catch (error) {
    if (error instanceof PictureError) return error.reason
    throw error
  }
}

/** Whole numbers below a limit, the same every time. */
export function random(seed: number): (below: number) => number {
  let state = seed >>> 0
  return below => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}
