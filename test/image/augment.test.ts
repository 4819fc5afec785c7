import { createHash } from 'node:crypto'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { decodeVariant, type PictureVariant, pictureVariant } from '../../src/image/augment.ts'
import { decodePicture } from '../../src/image/decode.ts'
import type { Recipe } from '../../src/image/recipe.ts'

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')
const recipe: Recipe = { size: 32, resize: 'stretch', mean: [127.5, 127.5, 127.5], scale: [127.5, 127.5, 127.5] }

/** Red grows to the right, green downwards. */
function gradient(side: number): Promise<Buffer> {
  const data = Buffer.alloc(side * side * 3)
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) data.set([(x * 255) / side, (y * 255) / side, 0], (y * side + x) * 3)
  }
  return sharp(data, { raw: { width: side, height: side, channels: 3 } })
    .png()
    .toBuffer()
}

describe('pictureVariant', () => {
  it('depends on the picture and the number alone, within its bounds', () => {
    const seen = new Set<string>()
    for (const hash of [hashOf('a'), hashOf('b')]) {
      for (let number = 1; number <= 20; number++) {
        const variant = pictureVariant(hash, number)
        expect(pictureVariant(hash, number)).toEqual(variant)
        expect(variant.flip).toBe(number % 2 === 1)
        expect(variant.side).toBeGreaterThanOrEqual(0.7)
        expect(variant.side).toBeLessThan(1)
        seen.add(JSON.stringify(variant))
      }
    }
    expect(seen.size).toBe(40)
  })
})

async function variantOf(picture: Uint8Array, network: Recipe, variant: PictureVariant): Promise<Uint8Array> {
  const [pixels] = await decodeVariant(picture, [network], variant)
  return pixels!
}

describe('decodeVariant', () => {
  const at = (pixels: Uint8Array, x: number, y: number) =>
    Array.from(pixels.subarray((y * 32 + x) * 3, (y * 32 + x) * 3 + 2))

  it('cuts out where it should, and flips', async () => {
    const picture = await gradient(128)
    const corner = { side: 0.75, across: 1, down: 0 }
    const straight = await variantOf(picture, recipe, { ...corner, flip: false })
    expect(straight).toHaveLength(32 * 32 * 3)
    // The right three quarters, the upper three quarters.
    const [red, green] = at(straight, 0, 31) as [number, number]
    expect(red).toBeGreaterThan(60)
    expect(red).toBeLessThan(75)
    expect(green).toBeGreaterThan(180)
    expect(green).toBeLessThan(195)
    const flipped = await variantOf(picture, recipe, { ...corner, flip: true })
    for (const [x, y] of [
      [0, 0],
      [5, 20],
      [31, 31],
    ] as const)
      expect(at(flipped, x, y)).toEqual(at(straight, 31 - x, y))
  })

  it('is the picture itself where nothing is cut away', async () => {
    const picture = await gradient(100)
    const whole = { flip: false, side: 1, across: 0.5, down: 0.5 }
    expect(await variantOf(picture, recipe, whole)).toEqual(new Uint8Array(await decodePicture(picture, recipe)))
  })
})
