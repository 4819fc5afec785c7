import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { JpegOptions, Sharp } from 'sharp'
import { expect, onTestFinished, test } from 'vitest'
import { decodeForAll, decodePicture } from '../../src/image/decode.ts'
import { readHeader } from '../../src/image/header.ts'
import { decodeHere } from '../../src/image/jpegHere.ts'
import { JpegThreads } from '../../src/image/jpegThreads.ts'
import { DEFAULT_LIMITS } from '../../src/image/limits.ts'
import { PictureError } from '../../src/image/pictureError.ts'
import { isPlainJpeg } from '../../src/image/plainJpeg.ts'
import { RESIZES, type Recipe } from '../../src/image/recipe.ts'
import { decodeSmallJpeg } from '../../src/image/smallJpeg.ts'
import { giveBack } from '../../src/image/squares.ts'
import { mutatedJpegs } from '../helpers/mutated.ts'
import { noise, random, recipe } from '../helpers/samples.ts'

/** By itself; undefined where it is left to sharp. */
const small = async (jpeg: Uint8Array, wanted: Recipe) =>
  (await decodeSmallJpeg(jpeg, readHeader(jpeg, 'JPEG')!, [wanted]))?.[0]

/** The same picture with a segment that nothing reads, but that no plain one has: sharp decodes it. */
function asides(jpeg: Uint8Array): Buffer {
  return Buffer.concat([jpeg.subarray(0, 2), Buffer.from([0xff, 0xe2, 0, 4, 0, 0]), jpeg.subarray(2)])
}

async function expectAlike(jpeg: Uint8Array, wanted: Recipe, name: string): Promise<void> {
  const own = await small(jpeg, wanted)
  expect(own, name).toBeDefined()
  expect(Buffer.compare(own!, await decodePicture(asides(jpeg), wanted)), name).toBe(0)
}

const photograph = (width: number, height: number): Sharp =>
  noise(Math.ceil(width / 8), Math.ceil(height / 8)).resize(width, height, { fit: 'fill', kernel: 'cubic' })

test('forms of JPEG give the pixels that sharp gives', async () => {
  const forms: JpegOptions[] = ['4:4:4', '4:2:0'].flatMap(chromaSubsampling =>
    [false, true].flatMap(progressive => [30, 95].map(quality => ({ chromaSubsampling, progressive, quality }))),
  )
  const pictures = forms.map(form => photograph(301, 187).jpeg(form))
  const more = [
    photograph(301, 187).grayscale().jpeg(),
    photograph(301, 187).jpeg({ mozjpeg: true }),
    photograph(301, 187).jpeg().withMetadata({ orientation: 1, density: 300 }),
    photograph(301, 187).jpeg().withIccProfile('srgb'),
    photograph(1, 1).jpeg(),
    photograph(3, 500).jpeg(),
  ]
  for (const [i, picture] of [...pictures, ...more].entries()) {
    for (const resize of RESIZES) await expectAlike(await picture.toBuffer(), recipe(224, resize), `${i} ${resize}`)
  }
})

test('what is given back is used for others of its size, and never while it is held', async () => {
  const [one, other] = await Promise.all(
    [31, 32].map(side =>
      photograph(10 * side, 190)
        .jpeg()
        .toBuffer(),
    ),
  )
  const wanted = recipe(160)
  const [first, second] = [await small(one!, wanted), await small(other!, wanted)]
  const [firstPixels, secondPixels] = [first!.slice(), second!.slice()]
  giveBack(first!)
  const third = await small(other!, wanted)
  expect(third).toBe(first)
  expect(Buffer.compare(third!, secondPixels)).toBe(0)
  expect(Buffer.compare(second!, secondPixels)).toBe(0)
  giveBack(third!)
  const smaller = await small(one!, recipe(100))
  expect(smaller).toHaveLength(100 * 100 * 3)
  expect(Buffer.compare((await small(one!, wanted))!, firstPixels)).toBe(0)
})

test('sizes are shrunk to the byte as libvips shrinks them', async () => {
  const next = random(3)
  for (let i = 0; i < 40; i++) {
    const side = 100 + next(200)
    const [width, height] = [1 + next(2 * side), 1 + next(2 * side)]
    const jpeg = await noise(width, height).jpeg({ quality: 90 }).toBuffer()
    await expectAlike(jpeg, recipe(side, RESIZES[i % 3]), `${width} x ${height} to ${side}`)
  }
})

test('each JPEG that comes with the tests gives the same, whichever way it is decoded', async () => {
  const files = ['test/drawings', 'test/cases', 'tf_files', 'test_data']
    .flatMap(folder => readdirSync(folder, { recursive: true, withFileTypes: true }))
    .filter(entry => entry.isFile() && /jpe?g$/i.test(entry.name))
    .map(entry => join(entry.parentPath, entry.name))
    .filter((file, i) => i % 3 === 0 && statSync(file).size < 200_000)
  for (const [i, file] of files.entries()) {
    const bytes = readFileSync(file)
    if (bytes.length > 2) expect(isSame(await outcome(bytes, i), await outcome(asides(bytes), i)), file).toBe(true)
  }
  expect(files.length).toBeGreaterThan(20)
})

test('damaged JPEGs give the same error, or pixels', async () => {
  const jpegs = await mutatedJpegs(200)
  let [decoded, differing] = [0, 0]
  for (const [i, jpeg] of jpegs.entries()) {
    const [own, through] = [await outcome(jpeg, i), await outcome(asides(jpeg), i)]
    if (typeof own === 'string') expect(own).toBe(through)
    else {
      expect(typeof through).toBe('object')
      decoded++
      if (Buffer.compare(own, through as Buffer) !== 0) differing++
    }
  }
  expect(decoded).toBeGreaterThan(50)
  // Of values far beyond black and white, which only damage makes, vector instructions make others than libjpeg's own code.
  expect(differing).toBeLessThan(decoded / 20)
})

test('what is out of the ordinary is left to sharp', async () => {
  const jpeg = await photograph(64, 48).jpeg().toBuffer()
  const progressive = await photograph(64, 48).jpeg({ progressive: true }).toBuffer()
  const others: Record<string, Buffer> = {
    turned: await photograph(64, 48).jpeg().withMetadata({ orientation: 6 }).toBuffer(),
    'Display P3': await photograph(64, 48).jpeg().withIccProfile('p3').toBuffer(),
    CMYK: await photograph(64, 48).toColourspace('cmyk').jpeg().toBuffer(),
    cut: jpeg.subarray(0, -200),
    'without an end': jpeg.subarray(0, -2),
    'its last scan left out': Buffer.concat([
      progressive.subarray(0, progressive.lastIndexOf('\xff\xda', undefined, 'latin1')),
      progressive.subarray(-2),
    ]),
  }
  expect(isPlainJpeg(jpeg)).toBe(true)
  expect(isPlainJpeg(progressive)).toBe(true)
  for (const [name, other] of Object.entries(others)) {
    expect(await small(other, recipe(32)), name).toBeUndefined()
    expect(isSame(await outcome(other, 0), await outcome(asides(other), 0)), name).toBe(true)
  }
  for (let length = 2; length < jpeg.length; length++) expect(isPlainJpeg(jpeg.subarray(0, length))).toBe(false)
})

test('several networks get theirs of one decoding, and no other global is left behind', async () => {
  const jpeg = await photograph(300, 200).jpeg().toBuffer()
  const recipes = [recipe(224), recipe(160, 'crop'), recipe(224), recipe(96, 'pad')]
  const all = await decodeForAll(jpeg, recipes)
  expect(all[0]).toBe(all[2])
  const others = await decodeForAll(asides(jpeg), recipes)
  expect(all.map((pixels, i) => Buffer.compare(pixels, others[i]!))).toEqual([0, 0, 0, 0])
  expect(globalThis).not.toHaveProperty('ImageData')
})

test('threads give what this one gives, and refuse what it refuses', async () => {
  const threads = new JpegThreads(2, new URL('../../dist/image/jpegThread.js', import.meta.url))
  onTestFinished(() => threads.end())
  const jpeg = await photograph(64, 48).jpeg().toBuffer()
  const work = { bytes: jpeg, width: 64, height: 48, recipes: [recipe(32), recipe(48, 'pad')] }
  const own = await decodeHere(work)
  const asked = Array.from({ length: 60 }, (_, i) => threads.decode(i % 2 ? work : { ...work, width: 63 }))
  const answers = await Promise.all(asked.filter(answer => answer !== undefined))
  expect(answers.length).toBeGreaterThanOrEqual(8)
  expect(answers.filter(answer => answer === undefined)).toHaveLength(answers.length / 2)
  for (const answer of answers) {
    if (answer) expect(answer.map((pixels, i) => Buffer.compare(pixels, own![i]!))).toEqual([0, 0])
  }
})

const isSame = (a: Buffer | string, b: Buffer | string) => Buffer.compare(Buffer.from(a), Buffer.from(b)) === 0

/** Pixels, or what is said of the picture. */
async function outcome(bytes: Uint8Array, i: number): Promise<Buffer | string> {
  const limits = { ...DEFAULT_LIMITS, allowTruncated: i % 5 === 4 }
  try {
    return Buffer.from(await decodePicture(bytes, recipe(48 + 16 * (i % 8), RESIZES[i % 3]), limits))
  } catch (error) {
    if (error instanceof PictureError) return error.reason
    throw error
  }
}
