import { readFile } from 'node:fs/promises'
import sharp from 'sharp'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { DEFAULT_LIMITS } from '../../src/image/limits.ts'
import { withPicture } from '../../src/image/open.ts'
import { PICTURE_FORMATS } from '../../src/image/signatures.ts'
import { corners, noise, outcome, paint } from '../helpers/samples.ts'

const latin1 = (text: string) => Buffer.from(text, 'latin1')

describe('what is not a picture is named', () => {
  const box = (brand: string, ...compatible: string[]) => {
    const body = latin1(`ftyp${brand}\0\0\0\0${compatible.join('')}`)
    const length = Buffer.alloc(4)
    length.writeUInt32BE(body.length + 4)
    return Buffer.concat([length, body, Buffer.alloc(200, 1)])
  }
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'
  test.each<[string, string | Uint8Array, string]>([
    ['no bytes', '', 'an empty file'],
    ['zero bytes', Buffer.alloc(5000), 'not a picture (looks like zero bytes only)'],
    ['text', 'Grüße, I am called photo.jpg\n', 'not a picture (looks like text)'],
    ['UTF-16 text', Buffer.from('\ufeffHello', 'utf16le'), 'not a picture (looks like text)'],
    ['text cut within a character', Buffer.from(`${'x'.repeat(4095)}ü`), 'not a picture (looks like text)'],
    ['JSON', '{"a": [1]}', 'not a picture (looks like text)'],
    ['HTML', '\n<!DOCTYPE html><html><body>404</body></html>', 'not a picture (looks like an HTML page)'],
    [
      'LFS',
      'version https://git-lfs.github.com/spec/v1\n',
      'not a picture (looks like a Git LFS pointer: run git lfs pull)',
    ],
    ['SVG', svg, 'SVG is not supported'],
    [
      'SVG with a declaration',
      `\ufeff<?xml version="1.0"?>\n<!-- ${'x'.repeat(900)} -->\n${svg}`,
      'SVG is not supported',
    ],
    ['SVG of an uppercase doctype', `<!DOCTYPE svg PUBLIC "x">${svg.toUpperCase()}`, 'SVG is not supported'],
    ['compressed SVG', Buffer.from([0x1f, 0x8b, 8, 0, 0, 0]), 'not a picture (looks like a gzip archive)'],
    ['PDF', '%PDF-1.7\n%\xe2\xe3', 'PDF is not supported'],
    ['PostScript', '%!PS-Adobe-3.0', 'PostScript is not supported'],
    ['video', box('isom', 'isom', 'mp41'), 'not a picture (looks like a video)'],
    ['QuickTime', box('qt  '), 'not a picture (looks like a video)'],
    ['camera raw', latin1('II*\0\x10\0\0\0CR\x02\0'), 'Camera raw is not supported: convert it to JPEG or PNG'],
    ['icon', latin1('\0\0\x01\0\x01\0'), 'ICO is not supported: convert it to JPEG or PNG'],
    ['Photoshop', '8BPS\0\x01', 'Photoshop (PSD) is not supported: convert it to JPEG or PNG'],
    ['JPEG 2000', latin1('\0\0\0\x0cjP  \r\n\x87\n'), 'JPEG 2000 is not supported: convert it to JPEG or PNG'],
    ['JPEG XL', latin1('\xff\x0a\0'), 'JPEG XL is not supported: convert it to JPEG or PNG'],
    ['TrueType font', latin1('\0\x01\0\0\0\x0f'), 'not a picture (looks like a font)'],
    ['OpenType font', latin1('OTTO\0\x0b'), 'not a picture (looks like a font)'],
    ['web font', latin1('wOF2\0\x01'), 'not a picture (looks like a font)'],
    ['zip', latin1('PK\x03\x04\x14'), 'not a picture (looks like a zip archive or an office document)'],
    ['AVI', latin1('RIFF\x10\0\0\0AVI LIST'), 'not a picture (looks like a video)'],
    ['MP3', latin1('ID3\x04\0'), 'not a picture (looks like a sound)'],
    ['program', latin1('\x7fELF\x02\x01'), 'not a picture (looks like a program)'],
    ['arbitrary bytes', Buffer.from(Array.from({ length: 999 }, (_, i) => (i * 101 + 9) & 255)), 'not a picture'],
    ['one byte', latin1('\xff'), 'not a picture'],
  ])('%s', async (_name, content, reason) => {
    expect(await outcome(typeof content === 'string' ? Buffer.from(content) : content)).toBe(reason)
  })
})

/** Every format in the forms that differ in their decoder. */
const FORMS: Record<string, () => Promise<Buffer>> = {
  JPEG: () => noise().jpeg().toBuffer(),
  'JPEG progressive': () => noise().jpeg({ progressive: true }).toBuffer(),
  'JPEG with a preview': async () => withPreview(await noise().jpeg().toBuffer()),
  'JPEG upside down': () => noise().jpeg().withMetadata({ orientation: 3 }).toBuffer(),
  PNG: () => noise().png().toBuffer(),
  'PNG interlaced': () => noise().png({ progressive: true }).toBuffer(),
  'PNG palette': () => noise().png({ palette: true }).toBuffer(),
  WebP: () => noise().webp().toBuffer(),
  'WebP lossless': () => noise(64, 48, 4).webp({ lossless: true }).toBuffer(),
  GIF: () => noise().gif().toBuffer(),
  TIFF: () => noise().tiff({ compression: 'none' }).toBuffer(),
  'TIFF lzw': () => noise().tiff({ compression: 'lzw' }).toBuffer(),
  'TIFF deflate': () => noise().tiff({ compression: 'deflate', tile: true }).toBuffer(),
  AVIF: () => noise().avif().toBuffer(),
  HEIC: () => readFile(new URL('../cases/all-heic/0.heic', import.meta.url)),
  BMP: () => readFile(new URL('../cases/all-bmp/0.bmp', import.meta.url)),
  TGA: () => tga(2),
  'TGA packed': () => tga(10),
  PNM: async () => Buffer.concat([latin1('P6\n64 48\n255\n'), await noise().raw().toBuffer()]),
}

test('every format that is decoded is among them', () => {
  const tried = new Set(Object.keys(FORMS).map(form => form.split(' ')[0]))
  expect(PICTURE_FORMATS.filter(format => !tried.has(format))).toEqual([])
})

/** The same pixels as a TGA: of colours, or packed, each pixel a run of its own. */
async function tga(type: 2 | 10): Promise<Buffer> {
  const head = Buffer.alloc(18)
  head.set([0, 0, type])
  head.writeUInt16LE(64, 12)
  head.writeUInt16LE(48, 14)
  head.set([24, 0x20], 16)
  const pixels = await noise().raw().toBuffer()
  const runs = Array.from({ length: 64 * 48 }, (_, at) =>
    Buffer.concat([Buffer.from([0x80]), pixels.subarray(at * 3, at * 3 + 3)]),
  )
  return Buffer.concat([head, ...(type === 10 ? runs : [pixels])])
}

/** A segment that holds a whole JPEG, as cameras write it: its end is not the picture's. */
function withPreview(jpeg: Buffer): Buffer {
  const segment = Buffer.concat([latin1('\xff\xe2'), Buffer.from([jpeg.length >> 8, (jpeg.length & 255) + 2]), jpeg])
  return Buffer.concat([jpeg.subarray(0, 2), segment, jpeg.subarray(2)])
}

describe.each(Object.keys(FORMS))('%s', form => {
  const format = form.split(' ')[0]!

  test('is used whole, with any other ending or with bytes behind', async () => {
    const bytes = await FORMS[form]!()
    expect(await outcome(bytes)).toBe('ok')
    expect(await outcome(Buffer.concat([bytes, Buffer.alloc(300, 7)]))).toBe('ok')
  })

  test.each(['stretch', 'crop', 'pad'] as const)('is reported as truncated wherever it is cut (%s)', async resize => {
    const bytes = await FORMS[form]!()
    for (const share of [0.3, 0.5, 0.7, 0.9, 0.97]) {
      const cut = bytes.subarray(0, Math.floor(bytes.length * share))
      expect(await outcome(cut, {}, resize), `cut at ${share}`).toBe(`truncated ${format}`)
    }
  })

  test('is reported when its header is damaged', async () => {
    const bytes = await FORMS[form]!()
    const head = format === 'GIF' || format === 'TIFF' ? 6 : 12
    for (const fill of [0, 0xff]) {
      const reason = await outcome(Buffer.from(bytes).fill(fill, head, head + 60))
      expect(reason, `filled with ${fill}`).toMatch(/^(ok|damaged|truncated|\d.* pixels|not a picture|Camera)/)
    }
  })
})

test.each(['JPEG', 'JPEG progressive', 'PNG', 'PNG palette', 'GIF'])(
  'uses half of a %s where that is allowed',
  async form => {
    const bytes = await FORMS[form]!()
    const half = bytes.subarray(0, bytes.length >> 1)
    expect(await outcome(half, { allowTruncated: true })).toBe('ok')
  },
)

test('uses what decoders only warn of', async () => {
  const jpeg = await noise().jpeg().toBuffer()
  const stray = Buffer.concat([jpeg.subarray(0, -2), latin1('stray bytes'), jpeg.subarray(-2)])
  const between = Buffer.concat([jpeg.subarray(0, 20), latin1('xxxx'), jpeg.subarray(20)])
  for (const bytes of [stray, between]) expect(await outcome(bytes)).toBe('ok')
})

test('does not mix up the reasons of pictures decoded at the same time', async () => {
  const all = await Promise.all(Object.entries(FORMS).map(async ([form, make]) => ({ form, bytes: await make() })))
  const cut = all.map(({ form, bytes }) => ({ form, bytes: bytes.subarray(0, bytes.length >> 1) }))
  const tasks = Array.from({ length: 20 }, () => cut).flat()
  const reasons = await Promise.all(tasks.map(({ bytes }) => outcome(bytes)))
  expect(reasons).toEqual(tasks.map(({ form }) => `truncated ${form.split(' ')[0]}`))
})

test('refuses pictures over the limit with their number of pixels', async () => {
  const bytes = await paint(3000, 2000, [9, 9, 9]).jpeg().toBuffer()
  expect(await outcome(bytes, { maxPixels: 6_000_000 })).toBe('ok')
  const reason = '6 million pixels, the limit is 5.5 million (--max-pixels)'
  expect(await outcome(bytes, { maxPixels: 5_500_000 })).toBe(reason)
  expect(await outcome(await corners().png().toBuffer(), { maxPixels: 100 })).toBe(
    '2400 pixels, the limit is 100 (--max-pixels)',
  )
})

test('gives up in time', async () => {
  const slow = await sharp({ create: { width: 6000, height: 5000, channels: 3, background: '#123' } })
    .png({ compressionLevel: 1 })
    .toBuffer()
  expect(await outcome(slow, { timeoutMs: 1 })).toBe('not decoded within 0.001 s')
})

test('waiting for a turn does not count as time', async () => {
  const bytes = await noise().png().toBuffer()
  let release = () => {}
  const gate = new Promise<void>(resolve => {
    release = resolve
  })
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  // More than are ever let in at once, and they don't leave.
  const others = Array.from({ length: 8 }, () => withPicture(bytes, { ...DEFAULT_LIMITS, timeoutMs: 1e9 }, () => gate))
  const waiting = outcome(bytes, { timeoutMs: 20_000 })
  await vi.advanceTimersByTimeAsync(60_000)
  release()
  expect(await waiting).toBe('ok')
  await Promise.all(others)
})
