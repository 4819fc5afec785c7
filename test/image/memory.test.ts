import { readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import sharp, { type Sharp } from 'sharp'
import { expect, test } from 'vitest'
import { pictureFormat } from '../../src/image/format.ts'
import { readHeader } from '../../src/image/header.ts'
import { DEFAULT_LIMITS } from '../../src/image/limits.ts'
import { withPicture } from '../../src/image/open.ts'
import { decodingBytes } from '../../src/image/price.ts'
import { noise, outcome } from '../helpers/samples.ts'
import { sharedFolder } from '../helpers/tempFolder.ts'

const BOMB = new URL('../cases/bombs/big.avif', import.meta.url)

const deep = (picture: Sharp) => picture.toColourspace('rgb16')

test.each<[string, (picture: Sharp) => Sharp, { bands?: number; bytesPerSample?: number; whole?: boolean }]>([
  ['JPEG', picture => picture.jpeg(), { bands: 1.5, whole: false }],
  ['JPEG of full colour', picture => picture.jpeg({ chromaSubsampling: '4:4:4' }), { bands: 3, whole: false }],
  ['progressive JPEG', picture => picture.jpeg({ progressive: true }), { whole: true }],
  ['JPEG with a profile before its frame', picture => picture.withIccProfile('p3').jpeg(), { bands: 1.5 }],
  ['PNG', picture => picture.png(), { bands: 3, bytesPerSample: 1, whole: false }],
  ['PNG of 16 bits', picture => deep(picture).png(), { bands: 3, bytesPerSample: 2 }],
  ['PNG with alpha', picture => picture.ensureAlpha(0.5).png(), { bands: 4, bytesPerSample: 1 }],
  ['interlaced PNG', picture => picture.png({ progressive: true }), { whole: true }],
  ['WebP', picture => picture.webp(), {}],
  ['lossless WebP', picture => picture.webp({ lossless: true }), {}],
  ['WebP with alpha', picture => picture.ensureAlpha(0.5).webp(), {}],
  ['GIF', picture => picture.gif(), {}],
  ['TIFF', picture => picture.tiff(), { bands: 3, bytesPerSample: 1 }],
  ['TIFF of 16 bits', picture => deep(picture).tiff({ compression: 'lzw' }), { bands: 3, bytesPerSample: 2 }],
  ['AVIF', picture => picture.avif({ effort: 0 }), { bytesPerSample: 1 }],
])('reads the header of a %s', async (_name, encode, expected) => {
  const bytes = await encode(noise(70, 50)).toBuffer()
  const header = readHeader(bytes, pictureFormat(bytes))
  expect(header).toMatchObject({ width: 70, height: 50, ...expected })
})

test('a header that ends early is no header', async () => {
  const bytes = await noise().jpeg().toBuffer()
  expect(readHeader(bytes.subarray(0, 30), 'JPEG')).toBeUndefined()
})

test('AVIF has a limit of its own', async () => {
  const bytes = await readFile(BOMB)
  expect(await outcome(bytes)).toBe('100 million pixels, the limit of AVIF is 40 million (--max-avif-pixels)')
  expect(await outcome(bytes, { maxAvifPixels: 1e8 })).toMatch(
    /^decoding takes \d+ MB, the limit is 300 MB \(--max-memory-mb\)$/,
  )
})

test('a picture that takes too much memory by its header is refused; the flag lets it in', async () => {
  const bytes = await sharp({ create: { width: 2000, height: 1500, channels: 3, background: '#123' } })
    .png({ progressive: true })
    .toBuffer()
  const takes = bytes.length + decodingBytes(readHeader(bytes, 'PNG'), 'PNG')
  expect(takes).toBeGreaterThan(2000 * 1500 * 3)
  expect(await outcome(bytes, { maxMemoryBytes: 10e6 })).toMatch(/^decoding takes 1\d MB, the limit is 10 MB/)
  expect(await outcome(bytes, { maxMemoryBytes: 20e6 })).toBe('ok')
})

test('what is no picture by its start is not read to its end, and its neighbours are named', async () => {
  const folder = await sharedFolder()
  const path = (name: string) => join(folder, name)
  const picture = await noise().jpeg().toBuffer()
  const files: [name: string, start: Uint8Array, length: number, reason: RegExp][] = [
    ['zeros.jpg', Buffer.alloc(0), 250_000_000, /^not a picture \(looks like zero bytes only\)$/],
    ['sparse.jpg', Buffer.alloc(0), 990_000_000, /^990 MB, the limit is 256 MB \(--max-file-mb\)$/],
    ['good.jpg', picture, picture.length, /^ok$/],
    ['long.jpg', picture, 200_000_000, /^ok$/], // whatever lies behind a picture's end
  ]
  for (const [name, start, length] of files) {
    await writeFile(path(name), start)
    await truncate(path(name), length)
  }
  const before = process.resourceUsage().maxRSS
  const all = [...files, ...files]
  const reasons = await Promise.all(all.map(([name]) => outcome(path(name))))
  for (const [i, [name, , , reason]] of all.entries()) expect(reasons[i], name).toMatch(reason)
  expect(process.resourceUsage().maxRSS - before).toBeLessThan(400_000)
})

test('a decoder that is late keeps its place until it has ended', async () => {
  const bytes = await noise().png().toBuffer()
  let release = () => {}
  const gate = new Promise<void>(resolve => {
    release = resolve
  })
  const late = Array.from({ length: 4 }, () => withPicture(bytes, { ...DEFAULT_LIMITS, timeoutMs: 5 }, () => gate))
  const places = (await Promise.allSettled(late.slice(0, 2))).map(({ status }) => status)
  expect(places).toEqual(['rejected', 'rejected'])
  let started = false
  const next = withPicture(bytes, DEFAULT_LIMITS, async () => {
    started = true
  })
  await setTimeout(50)
  expect(started).toBe(false)
  release()
  await Promise.allSettled(late)
  await next
  expect(started).toBe(true)
})
