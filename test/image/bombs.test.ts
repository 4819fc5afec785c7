import { crc32, deflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { noise, outcome, paint } from '../helpers/samples.ts'

// Vitest runs each file in a process of its own, so the peak of its memory is the bombs'.
const peakMegabytes = () => process.resourceUsage().maxRSS / 1024

/** A JPEG whose header tells another size than it has. */
async function jpeg(width: number, height: number, progressive: boolean): Promise<Buffer> {
  const bytes = await noise().jpeg({ progressive }).toBuffer()
  const frame = bytes.indexOf(Buffer.from([0xff, progressive ? 0xc2 : 0xc0, 0]))
  bytes.writeUInt16BE(height, frame + 5)
  bytes.writeUInt16BE(width, frame + 7)
  return bytes
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  check.writeUInt32BE(crc(body))
  return Buffer.concat([length, body, check])
}

/** Node 20.15 and older have no zlib.crc32. */
function crc(bytes: Buffer): number {
  if (typeof crc32 === 'function') return crc32(bytes)
  let value = 0xffffffff
  for (const byte of bytes) {
    value ^= byte
    for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0)
  }
  return (value ^ 0xffffffff) >>> 0
}

function png(width: number, height: number, interlace: boolean, more: Buffer[] = []): Buffer {
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, interlace ? 1 : 0])
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  const data = chunk('IDAT', deflateSync(Buffer.alloc(1_000_000)))
  const start = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')
  return Buffer.concat([start, chunk('IHDR', header), ...more, data, chunk('IEND', Buffer.alloc(0))])
}

/** @param screen the picture's side; the frame's is `frame` */
async function gif(screen: number, frame: number): Promise<Buffer> {
  const bytes = await noise().gif().toBuffer()
  bytes.writeUInt16LE(screen, 6)
  bytes.writeUInt16LE(screen, 8)
  const descriptor = bytes.indexOf(Buffer.from([0x2c, 0, 0, 0, 0, 64, 0, 48, 0]))
  bytes.writeUInt16LE(frame, descriptor + 5)
  bytes.writeUInt16LE(frame, descriptor + 7)
  return bytes
}

async function tiff(width: number, height: number): Promise<Buffer> {
  const bytes = await noise().tiff({ compression: 'lzw' }).toBuffer()
  const directory = bytes.readUInt32LE(4)
  for (let i = 0; i < bytes.readUInt16LE(directory); i++) {
    const entry = directory + 2 + i * 12
    const value = { 256: width, 257: height, 278: height }[bytes.readUInt16LE(entry)] // 278: rows a strip
    if (value === undefined) continue
    bytes.writeUInt16LE(4, entry + 2)
    bytes.writeUInt32LE(value, entry + 8)
  }
  return bytes
}

async function webp(side: number): Promise<Buffer> {
  const bytes = await noise().webp().toBuffer()
  const start = bytes.indexOf(Buffer.from([0x9d, 0x01, 0x2a]))
  bytes.writeUInt16LE(side, start + 3)
  bytes.writeUInt16LE(side, start + 5)
  return bytes
}

async function avif(side: number): Promise<Buffer> {
  const bytes = await noise().avif().toBuffer()
  const box = bytes.indexOf('ispe')
  bytes.writeUInt32BE(side, box + 8)
  bytes.writeUInt32BE(side, box + 12)
  return bytes
}

/** 200 MB of profile in 200 kB of file. */
const profileBomb = () => chunk('iCCP', Buffer.concat([Buffer.from('x\0\0'), deflateSync(Buffer.alloc(200_000_000))]))
const textBomb = () => chunk('zTXt', Buffer.concat([Buffer.from('x\0\0'), deflateSync(Buffer.alloc(200_000_000))]))

test.each<[string, () => Promise<Buffer> | Buffer, RegExp]>([
  [
    '20000x14000 JPEG',
    () => jpeg(20_000, 14_000, false),
    /^280 million pixels, the limit is 100 million \(--max-pixels\)$/,
  ],
  ['progressive JPEG', () => jpeg(65_500, 65_500, true), /^4290 million pixels/],
  ['65536x65536 PNG', () => png(65_536, 65_536, false), /^4295 million pixels/],
  ['interlaced PNG', () => png(20_000, 20_000, true), /^400 million pixels/],
  ['PNG of the largest size', () => png(0x7fffffff, 0x7fffffff, false), /pixels, the limit|^damaged PNG$/],
  ['GIF', () => gif(65_535, 65_535), /^4295 million pixels/],
  ['GIF with a frame larger than itself', () => gif(64, 65_535), /pixels, the limit|GIF$|^ok$/],
  ['TIFF', () => tiff(200_000, 200_000), /^40000 million pixels/],
  ['TIFF of one row', () => tiff(90_000_000, 1), /^a side of 90000000 pixels, the limit is 1000000$/],
  ['TIFF of one column', () => tiff(1, 90_000_000), /^a side of 90000000 pixels/],
  ['WebP', () => webp(16_383), /^268 million pixels|WebP$/],
  ['AVIF', () => avif(30_000), /^900 million pixels|AVIF$/],
  ['AVIF of the largest size', () => avif(0xffffffff), /^a side of 4294967295 pixels/],
  ['PNG with a bomb for a profile', () => png(64, 48, false, [profileBomb()]), /^ok$|PNG$/],
  ['PNG with a bomb for a text', () => png(64, 48, false, [textBomb()]), /^ok$|PNG$/],
])('%s is refused before memory is used', async (_name, make, reason) => {
  const bytes = await make()
  await outcome(await paint(64, 64, [1, 2, 3]).jpeg().toBuffer()) // what the decoder needs once
  const before = peakMegabytes()
  expect(await outcome(bytes)).toMatch(reason)
  expect(peakMegabytes() - before).toBeLessThan(48)
})
