import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { decodePicture } from '../../src/image/decode.ts'
import {
  BLUE,
  type Colour,
  colourAt,
  corners,
  difference,
  GREEN,
  noise,
  paint,
  quarters,
  RED,
  recipe,
  WHITE,
  YELLOW,
} from '../helpers/samples.ts'

const SIZE = 64
const TRUE_COLOURS = [RED, GREEN, BLUE, YELLOW]

async function expectColours(bytes: Uint8Array, colours: readonly Colour[], tolerance: number) {
  const shown = quarters(await decodePicture(bytes, recipe(SIZE)), SIZE)
  for (const [i, colour] of colours.entries())
    expect(difference(shown[i]!, colour), `quarter ${i}`).toBeLessThan(tolerance)
}

test.each([
  ['JPEG', () => corners().jpeg({ quality: 95 }), 8],
  ['progressive JPEG', () => corners().jpeg({ quality: 95, progressive: true }), 8],
  ['large JPEG, decoded at an eighth', () => corners(2400, 1600).jpeg({ quality: 90 }), 8],
  ['PNG', () => corners().png(), 1],
  ['interlaced PNG', () => corners().png({ progressive: true }), 1],
  ['palette PNG', () => corners().png({ palette: true }), 12],
  ['16-bit PNG', () => corners().toColourspace('rgb16').png(), 2],
  ['WebP', () => corners().webp({ quality: 95 }), 12],
  ['lossless WebP', () => corners().webp({ lossless: true }), 1],
  ['GIF', () => corners().gif(), 12],
  ['TIFF', () => corners().tiff({ compression: 'none' }), 1],
  ['tiled TIFF', () => corners().tiff({ compression: 'lzw', tile: true, tileWidth: 16, tileHeight: 16 }), 1],
  ['16-bit TIFF', () => corners().toColourspace('rgb16').tiff({ compression: 'deflate' }), 2],
  ['pyramid TIFF', () => corners(300, 200).tiff({ pyramid: true, tile: true }), 12],
  ['AVIF', () => corners().avif({ quality: 80 }), 12],
  ['lossless AVIF', () => corners().avif({ lossless: true }), 2],
] as const)('shows the colours of a %s in their places', async (_name, make, tolerance) => {
  await expectColours(await make().toBuffer(), TRUE_COLOURS, tolerance)
})

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'turns a picture of EXIF orientation %i upright, whatever the recipe',
  async orientation => {
    // What a camera held so has stored: turning it back gives the corners.
    const stored = {
      1: corners(),
      2: corners().flop(),
      3: corners().rotate(180),
      4: corners().flip(),
      5: sharp(await corners().rotate(90).png().toBuffer()).flop(),
      6: corners().rotate(270),
      7: sharp(await corners().rotate(270).png().toBuffer()).flop(),
      8: corners().rotate(90),
    }[orientation]!
    const jpeg = await stored.jpeg({ quality: 95 }).withMetadata({ orientation }).toBuffer()
    await expectColours(jpeg, TRUE_COLOURS, 8)
    const cropped = quarters(await decodePicture(jpeg, recipe(SIZE, 'crop')), SIZE)
    for (const [i, colour] of TRUE_COLOURS.entries()) expect(difference(cropped[i]!, colour)).toBeLessThan(8)
    // 60x40 upright: bars above and below.
    const padded = await decodePicture(jpeg, recipe(SIZE, 'pad'))
    expect(colourAt(padded, SIZE, SIZE / 2, 4)).toEqual([128, 128, 128])
    expect(difference(colourAt(padded, SIZE, 4, 20), RED)).toBeLessThan(8)
  },
)

describe('colour', () => {
  const cmyk = () => corners().toColourspace('cmyk').jpeg({ quality: 95 })
  test.each([
    ['without a profile', () => cmyk().toBuffer()],
    ['with a profile', () => cmyk().withIccProfile('cmyk').toBuffer()],
    ['as a TIFF', () => corners().toColourspace('cmyk').tiff({ compression: 'lzw' }).toBuffer()],
  ])('CMYK %s: red is red', async (_name, make) => {
    const bytes = await make()
    expect((await sharp(bytes).metadata()).space).toBe('cmyk')
    await expectColours(bytes, TRUE_COLOURS, 100) // inks cannot print them all
    const [red, green, blue] = quarters(await decodePicture(bytes, recipe(SIZE)), SIZE) as [
      Colour,
      Colour,
      Colour,
      Colour,
    ]
    expect(red[0]).toBeGreaterThan(2 * red[1])
    expect(green[1]).toBeGreaterThan(1.5 * green[0])
    expect(blue[2]).toBeGreaterThan(1.5 * blue[0])
  })

  test('a wide-gamut profile is followed', async () => {
    const bytes = await corners().png().withIccProfile('p3').toBuffer()
    expect((await sharp(bytes).metadata()).icc).toBeDefined()
    await expectColours(bytes, TRUE_COLOURS, 8)
  })

  test('a damaged profile is passed over', async () => {
    const bytes = await corners().jpeg({ quality: 95 }).withIccProfile('srgb').toBuffer()
    const profile = bytes.indexOf('ICC_PROFILE')
    await expectColours(bytes.fill(7, profile + 30, profile + 200), TRUE_COLOURS, 8)
  })

  test.each([
    ['JPEG', () => paint(20, 20, [77]).jpeg()],
    ['PNG', () => paint(20, 20, [77]).toColourspace('b-w').png()],
    ['16-bit PNG', () => paint(20, 20, [77]).toColourspace('grey16').png()],
    ['16-bit TIFF', () => paint(20, 20, [77]).toColourspace('grey16').tiff()],
    ['WebP', () => paint(20, 20, [77]).webp({ lossless: true })],
  ])('a grey %s has three equal channels', async (_name, make) => {
    const grey: Colour = [77, 77, 77]
    await expectColours(await make().toBuffer(), [grey, grey, grey, grey], 3)
  })

  test('1 bit a pixel', async () => {
    const halves = paint(64, 64, x => [x < 32 ? 0 : 255]).toColourspace('b-w')
    const tiff = await halves.clone().tiff({ bitdepth: 1, compression: 'ccittfax4' }).toBuffer()
    const png = await halves.clone().png({ palette: true, colours: 2 }).toBuffer()
    for (const bytes of [tiff, png]) await expectColours(bytes, [[0, 0, 0], WHITE, [0, 0, 0], WHITE], 2)
  })
})

describe('transparency shows white', () => {
  test.each([
    ['PNG', () => paint(20, 20, [200, 0, 0, 0]).png()],
    ['grey PNG', () => paint(20, 20, [10, 0]).toColourspace('b-w').png()],
    ['16-bit PNG', () => paint(20, 20, [200, 0, 0, 0]).toColourspace('rgb16').png()],
    ['palette PNG', () => paint(20, 20, [200, 0, 0, 0]).png({ palette: true })],
    ['WebP', () => paint(20, 20, [200, 0, 0, 0]).webp()],
    ['GIF', () => paint(20, 20, [200, 0, 0, 0]).gif()],
    ['TIFF', () => paint(20, 20, [200, 0, 0, 0]).tiff({ compression: 'lzw' })],
    ['AVIF', () => paint(20, 20, [200, 0, 0, 0]).avif()],
  ])('in a wholly transparent %s', async (_name, make) => {
    const bytes = await make().toBuffer()
    expect((await sharp(bytes).metadata()).hasAlpha).toBe(true)
    await expectColours(bytes, [WHITE, WHITE, WHITE, WHITE], 2)
  })

  test('through half a red', async () => {
    const half: Colour = [255, 128, 128]
    await expectColours(await paint(20, 20, [255, 0, 0, 128]).png().toBuffer(), [half, half, half, half], 3)
  })
})

test('takes the first frame or page', async () => {
  const frames = [RED, BLUE].map(colour => paint(20, 20, colour).png().toBuffer())
  const animation = sharp(await Promise.all(frames), { join: { animated: true } })
  const gif = await animation.clone().gif().toBuffer()
  const webp = await animation.clone().webp({ lossless: true }).toBuffer()
  const tiff = await animation.clone().tiff({ compression: 'lzw' }).toBuffer()
  for (const bytes of [gif, webp, tiff]) {
    expect((await sharp(bytes).metadata()).pages).toBe(2)
    await expectColours(bytes, [RED, RED, RED, RED], 12)
  }
})

describe('geometry', () => {
  test.each([
    [300, 180],
    [180, 300],
    [50, 40],
    [64, 64],
    [641, 479],
    [3000, 2000],
  ])('%i x %i: stretching is resampling about the pixel centres, as other libraries do it', async (width, height) => {
    const smooth = (x: number, y: number, w: number, h: number): Colour => [
      128 + 100 * Math.sin((7 * (x + 0.5)) / w),
      128 + 100 * Math.cos((6 * (y + 0.5)) / h),
      128 + 100 * Math.sin((5 * (x + 0.5)) / w + (4 * (y + 0.5)) / h),
    ]
    const bytes = await paint(width, height, (x, y) => smooth(x, y, width, height))
      .png()
      .toBuffer()
    const pixels = await decodePicture(bytes, recipe(SIZE))
    // Half a pixel of the result amounts to 5; the outermost pixels of a small picture are repeated.
    for (let y = 2; y < SIZE - 2; y++) {
      for (let x = 2; x < SIZE - 2; x++)
        expect(difference(colourAt(pixels, SIZE, x, y), smooth(x, y, SIZE, SIZE))).toBeLessThan(3)
    }
  })

  test('detail finer than a pixel is averaged, not sampled', async () => {
    const grid = await paint(1000, 1000, (x, y) => ((x + y) % 2 === 0 ? [255, 255, 255] : [0, 0, 0]))
      .png()
      .toBuffer()
    const pixels = await decodePicture(grid, recipe(SIZE))
    expect(difference(colourAt(pixels, SIZE, 20, 20), [128, 128, 128])).toBeLessThan(6)
  })

  const thirds = (width: number, height: number) =>
    paint(width, height, (x, y) => {
      const place = width > height ? x / width : y / height
      return place < 1 / 3 ? RED : place < 2 / 3 ? GREEN : BLUE
    })

  test.each([
    [300, 100],
    [100, 300],
    [30, 10],
    [10, 30],
    [99, 33],
  ])('%i x %i: crop keeps the middle square, pad keeps all on grey', async (width, height) => {
    const bytes = await thirds(width, height).png().toBuffer()
    const cropped = quarters(await decodePicture(bytes, recipe(SIZE, 'crop')), SIZE)
    expect(cropped).toEqual([GREEN, GREEN, GREEN, GREEN])
    const padded = await decodePicture(bytes, recipe(SIZE, 'pad'))
    const along = [1, SIZE / 2, SIZE - 2].map(place =>
      width > height ? colourAt(padded, SIZE, place, SIZE / 2) : colourAt(padded, SIZE, SIZE / 2, place),
    )
    expect(along).toEqual([RED, GREEN, BLUE])
    expect(quarters(padded, SIZE)).toEqual(Array.from({ length: 4 }, () => [128, 128, 128]))
  })

  test.each(['stretch', 'crop', 'pad'] as const)('%s takes pictures of any shape', async resize => {
    for (const [width, height] of [
      [1, 1],
      [1, 20_000],
      [20_000, 1],
      [2, 3],
      [63, 65],
      [225, 224],
    ] as const) {
      for (const bytes of [
        await paint(width, height, RED).png().toBuffer(),
        await paint(width, height, RED).jpeg().toBuffer(),
      ]) {
        const pixels = await decodePicture(bytes, recipe(SIZE, resize))
        expect(pixels.length).toBe(SIZE * SIZE * 3)
        expect(difference(colourAt(pixels, SIZE, SIZE / 2, SIZE / 2), RED), `${width}x${height}`).toBeLessThan(128)
      }
    }
  })
})

test('gives the same bytes every time, however many pictures are decoded at once', async () => {
  const bytes = await noise(300, 200).jpeg().toBuffer()
  const first = await decodePicture(bytes, recipe(224))
  const rest = await Promise.all(Array.from({ length: 40 }, () => decodePicture(bytes, recipe(224))))
  for (const pixels of rest) expect(Buffer.compare(pixels, first)).toBe(0)
})
