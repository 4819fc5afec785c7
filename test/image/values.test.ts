import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { decodePicture } from '../../src/image/decode.ts'
import { p3ToSrgb } from '../../src/image/displayP3.ts'
import { DEFAULT_LIMITS } from '../../src/image/limits.ts'
import type { Raster } from '../../src/image/raster.ts'
import { turned } from '../../src/image/turned.ts'
import { outcome } from '../helpers/samples.ts'

const caseFile = (path: string) => fileURLToPath(new URL(`../cases/${path}`, import.meta.url))
const recipe = { size: 96, resize: 'stretch', mean: [0, 0, 0], scale: [1, 1, 1] } as const
const decoded = (path: string) => decodePicture(caseFile(path), recipe)

/** Mean of all values. */
const mean = (pixels: Uint8Array) => pixels.reduce((sum, value) => sum + value, 0) / pixels.length

/** How alike two pictures are whatever their brightness and contrast: the correlation of their values. */
function likeness(a: Uint8Array, b: Uint8Array): number {
  const [meanA, meanB] = [mean(a), mean(b)]
  let [product, ownA, ownB] = [0, 0, 0]
  for (const [at, value] of a.entries()) {
    product += (value - meanA) * (b[at]! - meanB)
    ownA += (value - meanA) ** 2
    ownB += (b[at]! - meanB) ** 2
  }
  return product / Math.sqrt(ownA * ownB)
}

describe('a TIFF reaches the network as its values are meant', () => {
  test.each(['rgb-float255', 'rgb-nir'])('%s as the same picture of 8 bits', async kind => {
    const [reference, other] = await Promise.all([
      decoded('tiff-values/reference/0.tif'),
      decoded(`tiff-values/${kind}/0.tif`),
    ])
    expect(Math.abs(mean(reference) - mean(other))).toBeLessThan(1)
    expect(likeness(reference, other)).toBeGreaterThan(0.99)
  })

  test('floating point from 0 to 1 as grey', async () => {
    const grey = await sharp(caseFile('tiff-values/reference/0.tif')).greyscale().raw().toBuffer()
    const other = await decoded('tiff-values/gray-float01/0.tif')
    expect(
      likeness(
        grey,
        other.filter((_, at) => at % 3 === 0),
      ),
    ).toBeGreaterThan(0.95)
    expect(mean(other)).toBeGreaterThan(40)
  })

  test('values below 0 by the range of the picture', async () => {
    const pixels = await decoded('tiff-values/int16/0.tif')
    expect(Math.min(...pixels)).toBeLessThan(30)
    expect(Math.max(...pixels)).toBeGreaterThan(225)
  })

  test.each([
    [12, 4095],
    [16, 65_535],
  ])('%i bits in 16, white at the greatest of them', async (_, white) => {
    const values = Uint16Array.from({ length: 96 * 96 }, (_, at) => (white * (at % 96)) / 95)
    const tiff = await sharp(values, { raw: { width: 96, height: 96, channels: 1 } })
      .toColourspace('grey16')
      .tiff({ compression: 'none' })
      .toBuffer()
    const pixels = await decodePicture(tiff, recipe)
    for (let x = 0; x < 96; x++) expect(Math.abs(pixels[x * 3]! - (255 * x) / 95)).toBeLessThanOrEqual(2)
  })
})

describe('what was called damaged', () => {
  test.each(['zstd.tif', 'float64.tif', 'five-bands.tif', 'four-bands-grey.tif'])('%s is read', async file => {
    const pixels = await decoded(`called-damaged/${file}`)
    expect(mean(pixels)).toBeGreaterThan(20)
    expect(mean(pixels)).toBeLessThan(235)
  })

  test.each([['animated.avif', 'Animated AVIF is not supported: convert it to JPEG or PNG']])(
    '%s is called what it is',
    async (file, reason) => {
      expect(await outcome(await readFile(caseFile(`called-damaged/${file}`)))).toBe(reason)
    },
  )

  test('a JPEG of 12 bits, or of another kind, is called so', async () => {
    const jpeg = await sharp({ create: { width: 64, height: 48, channels: 3, background: '#888' } })
      .jpeg()
      .toBuffer()
    const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]))
    const twelve = Buffer.from(jpeg)
    twelve[frame + 4] = 12
    expect(await outcome(twelve)).toBe('JPEG of 12 bits is not supported: convert it to JPEG or PNG')
    const lossless = Buffer.from(jpeg)
    lossless[frame + 1] = 0xc3
    expect(await outcome(lossless)).toBe('Lossless JPEG is not supported: convert it to JPEG or PNG')
  })

  test('camera raw built as TIFF is refused, never taken for its thumbnail', async () => {
    expect(await outcome(await readFile(caseFile('raw-thumbnail/like.nef')))).toBe(
      'Camera raw is not supported: convert it to JPEG or PNG',
    )
  })
})

describe('pictures that sharp does not decode', () => {
  test('the same drawing as HEIC and as BMP is the same picture', async () => {
    const [heic, bmp] = await Promise.all([decoded('all-heic/0.heic'), decoded('all-bmp/0.bmp')])
    expect(likeness(heic, bmp)).toBeGreaterThan(0.99)
    expect(Math.abs(mean(heic) - mean(bmp))).toBeLessThan(2)
  })

  test('a BMP has its colours in their order, and its rows from below', async () => {
    const bmp = Buffer.alloc(54 + 16)
    bmp.write('BM')
    for (const [at, value] of [
      [2, 70],
      [10, 54],
      [14, 40],
      [18, 2],
      [22, 2],
      [34, 16],
    ] as const)
      bmp.writeUInt32LE(value, at)
    bmp.writeUInt16LE(1, 26)
    bmp.writeUInt16LE(24, 28)
    bmp.write('ff0000ffffff0000' + '0000ff00ff000000', 54, 'hex') // below: blue and white; above: red and green
    const pixels = await decodePicture(bmp, { ...recipe, size: 2 })
    expect([...pixels]).toEqual([255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255])
  })

  test.each([
    ['P1', 'P1\n# bits\n2 1\n10', [0, 0, 0, 255, 255, 255]],
    ['P2 of a white of its own', 'P2 2 1 15 0 15\n', [0, 0, 0, 255, 255, 255]],
    ['P3', 'P3\n2 1\n255\n255 0 0  0 0 255\n', [255, 0, 0, 0, 0, 255]],
    ['P4', 'P4\n2 1\n\x80', [0, 0, 0, 255, 255, 255]],
    ['P5', 'P5\n#c\n2 1\n255\n\x00\xff', [0, 0, 0, 255, 255, 255]],
    ['P5 of 12 bits', 'P5 2 1 4095\n\x00\x00\x0f\xff', [0, 0, 0, 255, 255, 255]],
    ['P6', 'P6 2 1 255\n\xff\x00\x00\x00\x00\xff', [255, 0, 0, 0, 0, 255]],
  ])('Netpbm: %s', async (_, text, row) => {
    const pixels = await decodePicture(Buffer.from(text, 'latin1'), { ...recipe, size: 2 })
    expect([...pixels]).toEqual([...row, ...row])
  })

  test.each([
    ['of colours', [2, 24], 'ff0000ffffff' + '0000ff00ff00', [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255]],
    ['of grey', [3, 8], '00ff' + '40ff', [64, 64, 64, 255, 255, 255, 0, 0, 0, 255, 255, 255]],
    ['packed', [10, 24], '81ff0000' + '010000ff00ff00', [255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 255]],
  ])('TGA: %s, its rows from below', async (_, [type, bits], pixels, expected) => {
    const head = Buffer.from([0, 0, type!, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 2, 0, bits!, 0])
    const decoded = await decodePicture(Buffer.concat([head, Buffer.from(pixels, 'hex')]), { ...recipe, size: 2 })
    expect([...decoded]).toEqual(expected)
  })

  test('a TGA is read, one of 16 bits refused by name', async () => {
    const tga = await readFile(caseFile('called-damaged/called-cur.tga'))
    expect(await outcome(tga)).toBe('ok')
    tga[16] = 16
    expect(await outcome(tga)).toBe('TGA of 16 bits is not supported: convert it to JPEG or PNG')
  })

  test('Display P3 becomes sRGB: grey stays grey, its red is beyond', () => {
    const data = Uint8ClampedArray.from([128, 128, 128, 255, 0, 0, 200, 100, 50])
    p3ToSrgb(data, 3)
    expect([...data.subarray(0, 6)]).toEqual([128, 128, 128, 255, 0, 0])
    expect(data[6]).toBeGreaterThan(205)
    expect(data[7]).toBeLessThan(100)
  })
})

/** A TIFF of square pages of grey in floating point: TIFF 6.0, section 2. @param pages values, [side, side] each */
function floatTiff(pages: readonly Float32Array[], side: number): Buffer {
  const DIRECTORY = 2 + 10 * 12 + 4
  const bytes = Buffer.alloc(8 + pages.length * (DIRECTORY + side * side * 4))
  bytes.write('II*\0', 0, 'latin1')
  bytes.writeUInt32LE(8, 4)
  let at = 8
  for (const [number, values] of pages.entries()) {
    const [pixels, length] = [at + DIRECTORY, values.byteLength]
    const next = number + 1 < pages.length ? pixels + length : 0
    const fields: [tag: number, value: number][] = [
      ...([
        [256, side],
        [257, side],
        [258, 32],
        [259, 1],
        [262, 1],
      ] as [number, number][]),
      ...([
        [273, pixels],
        [277, 1],
        [278, side],
        [279, length],
        [339, 3],
      ] as [number, number][]),
    ]
    bytes.writeUInt16LE(fields.length, at)
    for (const [row, [tag, value]] of fields.entries()) {
      const field = at + 2 + row * 12
      bytes.writeUInt16LE(tag, field)
      bytes.writeUInt16LE(tag === 273 || tag === 279 ? 4 : 3, field + 2)
      bytes.writeUInt32LE(1, field + 4)
      bytes.writeUInt32LE(value, field + 8)
    }
    bytes.writeUInt32LE(next, at + 2 + fields.length * 12)
    Buffer.from(values.buffer).copy(bytes, pixels)
    at = pixels + length
  }
  return bytes
}

describe('of several pages or frames', () => {
  const size = { width: 40, height: 40, channels: 3 } as const
  const plain = (background: string) =>
    sharp({ create: { ...size, background } })
      .png()
      .toBuffer()
  const drawing = () => sharp(caseFile('tiff-values/reference/0.tif')).resize(40, 40).png().toBuffer()
  const joined = async (pages: Buffer[]) => sharp(pages, { join: { animated: true } })

  test.each(['gif', 'webp', 'tiff'] as const)('the first of a %s that is not of one colour is used', async format => {
    const pages = [await plain('white'), await plain('black'), await drawing(), await plain('red')]
    const [several, alone] = await Promise.all([
      (await joined(pages)).toFormat(format).toBuffer(),
      (await joined([await drawing(), await plain('white')])).toFormat(format).toBuffer(),
    ])
    expect(likeness(await decodePicture(several, recipe), await decodePicture(alone, recipe))).toBeGreaterThan(0.97)
  })

  test('the first of floating point that is not of one value is used', async () => {
    const page = (value: (x: number) => number) => Float32Array.from({ length: 256 }, (_, at) => value(at % 16))
    const tiff = floatTiff([page(() => 0.5), page(x => x / 15)], 16)
    const pixels = await decodePicture(tiff, { ...recipe, size: 16 })
    for (let x = 0; x < 16; x++) expect(pixels[x * 3]).toBeCloseTo(17 * x, -1)
  })

  test('the first is used where all are of one colour', async () => {
    const blank = await (await joined([await plain('#ff0000'), await plain('#0000ff')])).gif().toBuffer()
    expect([...(await decodePicture(blank, recipe)).subarray(0, 3)]).toEqual([255, 0, 0])
  })
})

describe('a TIFF that neither declares a range nor has a usual one', () => {
  const told = async (path: string) => {
    const notes: string[] = []
    await decodePicture(caseFile(path), recipe, { ...DEFAULT_LIMITS, onNote: note => notes.push(note) })
    return notes
  }

  test('is told', async () => {
    expect(await told('tiff-values/int16/0.tif')).toEqual([expect.stringContaining('shown by their own')])
    expect(await told('tiff-values/gray-float01/0.tif')).toEqual([])
  })
})

test('pixels are turned as EXIF numbers it', async () => {
  const data = Uint8Array.from({ length: 6 }, (_, at) => at * 40)
  const raster: Raster = { data, width: 3, height: 2, channels: 1 }
  for (let orientation = 1; orientation <= 8; orientation++) {
    const png = sharp(data, { raw: { width: 3, height: 2, channels: 1 } }).png()
    const tagged = await png.withMetadata({ orientation }).toBuffer()
    const expected = await sharp(tagged).rotate().greyscale().raw().toBuffer({ resolveWithObject: true })
    const { width, height, data: own } = turned(raster, orientation)
    expect([width, height, ...own], `orientation ${orientation}`).toEqual([
      expected.info.width,
      expected.info.height,
      ...expected.data,
    ])
  }
})
