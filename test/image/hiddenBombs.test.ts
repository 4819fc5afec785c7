import { readFile } from 'node:fs/promises'
import { deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { readHeader } from '../../src/image/header.ts'
import { lercSamples, unpackBits, unpackLzw, zstdMost } from '../../src/image/tiffPacking.ts'
import { noise, outcome } from '../helpers/samples.ts'

const peakMegabytes = () => process.resourceUsage().maxRSS / 1024

/** Classic TIFF, little endian, 10 x 10 of 32-bit floating point: one strip, one directory. */
function floatTiff(strip: Buffer, compression: number, more: { next?: number; width?: number } = {}): Buffer {
  const fields = [
    [256, more.width ?? 10],
    [257, 10],
    [258, 32],
    [259, compression],
    [262, 1],
    [273, 8],
    [277, 1],
    [278, 10],
    [279, strip.length],
    [339, 3],
  ] as const
  const directory = Buffer.alloc(2 + fields.length * 12 + 4)
  directory.writeUInt16LE(fields.length)
  for (const [i, [tag, value]] of fields.entries()) {
    directory.writeUInt16LE(tag, 2 + i * 12)
    directory.writeUInt16LE(4, 4 + i * 12)
    directory.writeUInt32LE(1, 6 + i * 12)
    directory.writeUInt32LE(value, 10 + i * 12)
  }
  const head = Buffer.from('II*\0\0\0\0\0', 'latin1')
  head.writeUInt32LE(8 + strip.length, 4)
  if (more.next) directory.writeUInt32LE(8 + strip.length, directory.length - 4)
  return Buffer.concat([head, strip, directory])
}

/** LZW of one value: a clear code, then each code that stands for one more of it; again and again. */
function lzwBomb(rounds: number): Buffer {
  const codes: number[] = []
  const round = [256, 0, ...Array.from({ length: 3_800 }, (_, at) => 258 + at)]
  let [held, bits] = [0, 0]
  for (let i = 0; i < rounds; i++) {
    for (const [at, code] of round.entries()) {
      const next = 257 + Math.max(0, at - 1)
      const width = at === 0 && i > 0 ? 12 : next + 1 >= 2048 ? 12 : next + 1 >= 1024 ? 11 : next + 1 >= 512 ? 10 : 9
      held = (held << width) | code
      bits += width
      while (bits >= 8) {
        bits -= 8
        codes.push(held >>> bits)
        held &= 2 ** bits - 1
      }
    }
  }
  return Buffer.from(codes)
}

/** Bytes put into a file behind its first segment or box. */
const insert = (bytes: Buffer, at: number, more: Buffer) =>
  Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)])

function freeBox(length: number): Buffer {
  const box = Buffer.alloc(length)
  box.writeUInt32BE(length)
  box.write('free', 4, 'latin1')
  return box
}

test.each([
  ['a stray byte', [0x00]],
  ['a marker without a length', [0xff, 0x01]],
  ['bytes that are filled up', [0xff, 0xff]],
])('a progressive JPEG is priced by its frame behind %s', async (_, stray) => {
  const bytes = await noise(64, 48).jpeg({ progressive: true }).toBuffer()
  const frame = bytes.indexOf(Buffer.from([0xff, 0xc2, 0]))
  bytes.writeUInt16BE(9_900, frame + 5)
  bytes.writeUInt16BE(9_900, frame + 7)
  expect(await outcome(insert(bytes, 4 + bytes.readUInt16BE(4), Buffer.from(stray)))).toMatch(/^decoding takes \d+ MB/)
})

test('an AVIF is priced by its size wherever that is in the file', async () => {
  const bytes = await readFile(new URL('../cases/bombs/big.avif', import.meta.url))
  const late = insert(bytes, bytes.readUInt32BE(0), freeBox(70_000))
  expect(await outcome(late)).toBe('100 million pixels, the limit of AVIF is 40 million (--max-avif-pixels)')
  // A size that is only said in a box that nobody reads is none.
  const lie = freeBox(100)
  lie.write('ispe', 20, 'latin1')
  expect(readHeader(insert(bytes, bytes.readUInt32BE(0), lie), 'AVIF')).toEqual(readHeader(bytes, 'AVIF'))
})

test('a GIF is priced by its largest frame', async () => {
  const bytes = await noise().gif().toBuffer()
  const descriptor = bytes.indexOf(Buffer.from([0x2c, 0, 0, 0, 0, 64, 0, 48, 0]))
  bytes.writeUInt16LE(9_500, descriptor + 5)
  bytes.writeUInt16LE(9_400, descriptor + 7)
  expect(readHeader(bytes, 'GIF')).toMatchObject({ width: 9_500, height: 9_400 })
  expect(await outcome(bytes)).toMatch(/^decoding takes \d+ MB/)
})

test('a PNG of very long rows is priced by the rows that are held', async () => {
  const picture = { create: { width: 500_000, height: 120, channels: 3, background: '#123' } } as const
  expect(await outcome(await sharp(picture).png().toBuffer())).toMatch(/^decoding takes 4\d\d MB/)
})

test('a header that only the decoder reads is priced too', async () => {
  const picture = { create: { width: 900, height: 900, channels: 3, background: '#123' } } as const
  const bytes = await sharp(picture).toColourspace('rgb16').tiff({ compression: 'lzw', bigtiff: true }).toBuffer()
  expect(readHeader(bytes, 'TIFF')).toBeUndefined()
  expect(await outcome(bytes, { maxMemoryBytes: 3_000_000 })).toMatch(/^decoding takes \d+ MB/)
})

test('a TIFF whose directory names itself as the next one has one page', async () => {
  expect(await outcome(floatTiff(Buffer.alloc(400), 1, { next: 1 }))).toBe('ok')
})

test.each<[string, number, () => Buffer]>([
  ['Deflate', 8, () => deflateSync(Buffer.alloc(150_000_000))],
  ['LZW', 5, () => lzwBomb(20)],
  ['PackBits', 32_773, () => Buffer.alloc(1_000_000, Buffer.from([129, 0]))],
])('a strip packed by %s is unpacked no further than its picture is long', async (_, compression, make) => {
  const bytes = floatTiff(make(), compression)
  expect(await outcome(floatTiff(deflateSync(Buffer.alloc(400)), 8))).toBe('ok') // what the decoder needs once
  const before = peakMegabytes()
  expect(await outcome(bytes)).toBe('ok')
  expect(peakMegabytes() - before).toBeLessThan(48)
})

test('LZW as libtiff packs it is unpacked', async () => {
  const picture = noise(300, 200)
  const raw = await picture.raw().toBuffer()
  const tiff = await noise(300, 200).tiff({ compression: 'lzw', predictor: 'none' }).toBuffer()
  const { fields } = stripsOf(tiff)
  const strips = fields.map(([at, length]) => unpackLzw(tiff.subarray(at, at + length), raw.length))
  expect(Buffer.concat(strips).equals(raw)).toBe(true)
  expect(unpackLzw(tiff.subarray(fields[0]![0]), 10)).toHaveLength(10)
})

function stripsOf(tiff: Buffer): { fields: [number, number][] } {
  const directory = tiff.readUInt32LE(4)
  const values = (tag: number) => {
    for (let entry = directory + 2; ; entry += 12) {
      if (tiff.readUInt16LE(entry) !== tag) continue
      const [size, count] = [tiff.readUInt16LE(entry + 2) === 3 ? 2 : 4, tiff.readUInt32LE(entry + 4)]
      const start = size * count <= 4 ? entry + 8 : tiff.readUInt32LE(entry + 8)
      return Array.from({ length: count }, (_, at) => tiff.readUIntLE(start + at * size, size))
    }
  }
  const [offsets, lengths] = [values(273), values(279)]
  return { fields: offsets.map((at, i) => [at, lengths[i]!]) }
}

test('PackBits is unpacked as TIFF 6.0 has it', () => {
  // Apple's example: https://web.archive.org/web/20080705155158/http://developer.apple.com/technotes/tn/tn1023.html
  const packed = Buffer.from('FEAA0280002AFDAA0380002A22F7AA', 'hex')
  const plain = Buffer.from('AAAAAA80002AAAAAAAAA80002A22AAAAAAAAAAAAAAAAAAAA', 'hex')
  expect(Buffer.from(unpackBits(packed, 100)).equals(plain)).toBe(true)
  expect(unpackBits(packed, 5)).toHaveLength(5)
})

test('what Zstandard and LERC data unpack to is told by their headings', () => {
  // One block that repeats a byte 1,000 times; a frame that says 4 GB; no frame.
  expect(
    zstdMost(
      Buffer.from(
        '28b52ffd0000' +
          (1 | (1 << 1) | (1000 << 3)).toString(16).padStart(6, '0').match(/../g)!.reverse().join('') +
          '00',
        'hex',
      ),
    ),
  ).toBe(1000)
  expect(zstdMost(Buffer.from('28b52ffda0ffffffff0100000000', 'hex'))).toBe(0xffffffff)
  expect(zstdMost(Buffer.from('0123456789ab', 'hex'))).toBe(Number.POSITIVE_INFINITY)
  const lerc = Buffer.alloc(60)
  lerc.write('Lerc2 ', 'latin1')
  lerc.writeInt32LE(2, 6)
  lerc.writeUInt32LE(70_000, 10)
  lerc.writeUInt32LE(60_000, 14)
  expect(lercSamples(lerc)).toBe(4.2e9)
  expect(lercSamples(Buffer.from('something else'))).toBe(Number.POSITIVE_INFINITY)
})
