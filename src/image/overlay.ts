import type { Pixels } from './fit.ts'
import type { Resize } from './recipe.ts'

/** Numbers over what a network saw, [height, width]. */
export interface Heat {
  readonly values: Float32Array
  readonly width: number
  readonly height: number
}

/** Where the network's square input lies on the upright picture, in its pixels; it may reach beyond the picture. */
export interface Region {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** What is shown for the strongest evidence: orange for, blue against, which colour-blind people tell apart too. */
export const FOR = [230, 97, 0] as const
export const AGAINST = [33, 102, 172] as const

/** How much of the picture the strongest evidence hides. */
const STRONGEST = 0.78
/** How far what the network did not see is washed out. */
const WASH = 0.7

/** The part of a picture that a recipe's square is made of. */
export function seenRegion({ width, height }: { width: number; height: number }, resize: Resize): Region {
  if (resize === 'stretch') return { left: 0, top: 0, width, height }
  const side = resize === 'crop' ? Math.min(width, height) : Math.max(width, height)
  return { left: (width - side) / 2, top: (height - side) / 2, width: side, height: side }
}

/**
 * Lays evidence over a picture: grey where there is none, so that colour says one thing only. What lies outside of the
 * region was never seen and is washed out.
 *
 * @param scale the evidence that gets the full colour
 */
export function overlay(picture: Pixels, heat: Heat, region: Region, scale: number): Pixels {
  const { width, height } = picture
  const data = new Uint8Array(width * height * 3)
  const columns = Array.from({ length: width }, (_, x) => taps((x + 0.5 - region.left) / region.width, heat.width))
  for (let y = 0; y < height; y++) {
    const row = taps((y + 0.5 - region.top) / region.height, heat.height)
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 3
      const column = columns[x]!
      const grey = luma(picture.data, at)
      if (row === undefined || column === undefined) {
        data.fill(Math.round(grey + (255 - grey) * WASH), at, at + 3)
        continue
      }
      const strength = Math.max(-1, Math.min(1, cubicAt(heat, column, row) / scale))
      const alpha = Math.abs(strength) * STRONGEST
      const colour = strength > 0 ? FOR : AGAINST
      for (let channel = 0; channel < 3; channel++) {
        data[at + channel] = Math.round(grey * (1 - alpha) + colour[channel]! * alpha)
      }
    }
  }
  return { data, width, height }
}

/** ITU-R BT.601, drawn together around a light grey: on black no colour would show, on white none would look strong. */
function luma(data: Uint8Array, at: number): number {
  const value = 0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!
  return 85 + (value * 150) / 255
}

/** Four neighbours with their weights. */
interface Taps {
  readonly from: number
  readonly weights: readonly [number, number, number, number]
}

/** @param share 0 to 1 over the map; undefined outside of it */
function taps(share: number, length: number): Taps | undefined {
  if (share < 0 || share > 1) return undefined
  const place = share * length - 0.5
  const from = Math.floor(place)
  const t = place - from
  return { from: from - 1, weights: [weight(1 + t), weight(t), weight(1 - t), weight(2 - t)] }
}

/** The cubic filter of D. Mitchell and A. Netravali, "Reconstruction Filters in Computer Graphics", SIGGRAPH 1988. */
function weight(x: number): number {
  if (x < 1) return (7 * x ** 3 - 12 * x ** 2 + 16 / 3) / 6
  return x < 2 ? ((-7 / 3) * x ** 3 + 12 * x ** 2 - 20 * x + 32 / 3) / 6 : 0
}

function cubicAt({ values, width, height }: Heat, column: Taps, row: Taps): number {
  let sum = 0
  for (let j = 0; j < 4; j++) {
    const y = Math.min(Math.max(row.from + j, 0), height - 1)
    let line = 0
    for (let i = 0; i < 4; i++) {
      const x = Math.min(Math.max(column.from + i, 0), width - 1)
      line += values[y * width + x]! * column.weights[i]!
    }
    sum += line * row.weights[j]!
  }
  return sum
}
