import { createHash } from 'node:crypto'
import { decodeForAll } from './decode.ts'
import { DEFAULT_LIMITS, type DecodeLimits } from './limits.ts'
import type { Recipe } from './recipe.ts'

/** Raised whenever a variant comes out otherwise, so that cached bottlenecks of older code are not used. */
export const VARIANT_VERSION = 1

/** The side of the smallest part that is cut out, as a share of the whole. */
const SMALLEST = 0.7

/** How a picture is changed into one that is not quite the same. */
export interface PictureVariant {
  /** Left and right are swapped. */
  readonly flip: boolean
  /** Side of the part that is cut out of the square input, as a share of it: 0.7 to 1. */
  readonly side: number
  /** Where it is cut out: 0 at the left or top end, 1 at the right or bottom end. */
  readonly across: number
  readonly down: number
}

/**
 * The variant of a number, 1 or more, of a picture: always the same for the same picture, whatever its name. The odd ones
 * are flipped.
 *
 * @param hash sha256 of the picture's bytes
 */
export function pictureVariant(hash: string, number: number): PictureVariant {
  const digest = createHash('sha256').update(`${hash} ${number}`).digest()
  const uniform = (at: number) => digest.readUInt32LE(at * 4) / 2 ** 32
  return {
    flip: number % 2 === 1,
    side: SMALLEST + (1 - SMALLEST) * uniform(0),
    across: uniform(1),
    down: uniform(2),
  }
}

/**
 * Decodes a variant of a picture for several networks: as `decodeForAll` does, but larger by as much as is then cut away.
 *
 * @returns uint8 RGB of each recipe, [size, size, 3]
 * @throws PictureError for everything that is wrong with the picture
 */
export async function decodeVariant(
  source: string | Uint8Array,
  recipes: readonly Recipe[],
  variant: PictureVariant,
  limits: DecodeLimits = DEFAULT_LIMITS,
): Promise<Uint8Array[]> {
  const larger = recipes.map(recipe => ({ ...recipe, size: wholeSide(recipe, variant) }))
  const wholes = await decodeForAll(source, larger, limits)
  return recipes.map((recipe, at) => partOf(wholes[at]!, recipe, variant))
}

/** Side of the square that the part of a network's input size is cut from. */
function wholeSide({ size }: Recipe, { side }: PictureVariant): number {
  return Math.round(size / side)
}

function partOf(pixels: Uint8Array, recipe: Recipe, variant: PictureVariant): Uint8Array {
  const { size } = recipe
  const { flip, across, down } = variant
  const whole = wholeSide(recipe, variant)
  const left = Math.round(across * (whole - size))
  const top = Math.round(down * (whole - size))
  const part = new Uint8Array(size * size * 3)
  for (let y = 0; y < size; y++) {
    const start = ((top + y) * whole + left) * 3
    const row = pixels.subarray(start, start + size * 3)
    if (flip) mirror(row, part, y * size * 3)
    else part.set(row, y * size * 3)
  }
  return part
}

/** Copies a row of pixels to `target` from its end to its start. */
function mirror(row: Uint8Array, target: Uint8Array, offset: number): void {
  for (let from = row.length - 3, to = offset; from >= 0; from -= 3, to += 3) {
    target[to] = row[from]!
    target[to + 1] = row[from + 1]!
    target[to + 2] = row[from + 2]!
  }
}
