// What decoding takes in memory, in bytes a pixel, by format: the figures of src/image/price.ts. `node bench/memory.mjs`
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'

const [WIDTH, HEIGHT] = [4000, 3000]
const ENCODERS = {
  JPEG: picture => picture.jpeg(),
  'JPEG progressive 4:2:0': picture => picture.jpeg({ progressive: true }),
  'JPEG progressive 4:4:4': picture => picture.jpeg({ progressive: true, chromaSubsampling: '4:4:4' }),
  PNG: picture => picture.png({ compressionLevel: 1 }),
  'PNG of 16 bits': picture => picture.toColourspace('rgb16').png({ compressionLevel: 1 }),
  'PNG interlaced': picture => picture.png({ compressionLevel: 1, progressive: true }),
  WebP: picture => picture.webp({ effort: 0 }),
  'WebP with alpha': picture => picture.ensureAlpha(0.5).webp({ effort: 0 }),
  GIF: picture => picture.gif({ effort: 1 }),
  TIFF: picture => picture.tiff({ compression: 'lzw' }),
  'TIFF in tiles': picture => picture.tiff({ compression: 'lzw', tile: true }),
  'TIFF of 16 bits': picture => picture.toColourspace('rgb16').tiff({ compression: 'lzw' }),
  AVIF: picture => picture.avif({ effort: 0, chromaSubsampling: '4:2:0' }),
  'AVIF 4:4:4': picture => picture.avif({ effort: 0 }),
}

const [file, small] = process.argv.slice(2)
if (file) console.log((await bytesAPixel(file, small)).toFixed(2))
else await measureAll()

async function measureAll() {
  const folder = mkdtempSync(join(tmpdir(), 'itc-memory-'))
  const smallest = join(folder, 'small')
  await sharp({ create: { width: 64, height: 64, channels: 3, background: '#123' } })
    .jpeg()
    .toFile(smallest)
  for (const [name, encode] of Object.entries(ENCODERS)) {
    const noise = { type: 'gaussian', mean: 128, sigma: 8 }
    const picture = sharp({ create: { width: WIDTH, height: HEIGHT, channels: 3, background: '#fff', noise } })
    const path = join(folder, 'picture')
    writeFileSync(path, await encode(picture).toBuffer())
    // A process each: a peak does not go down again.
    const args = [fileURLToPath(import.meta.url), path, smallest]
    console.log(`${name.padEnd(24)} ${execFileSync(process.execPath, args, { encoding: 'utf8' }).trim()}`)
  }
  rmSync(folder, { recursive: true })
}

async function bytesAPixel(path, smallest) {
  sharp.concurrency(1)
  sharp.cache(false)
  const decode = bytes => sharp(bytes, { sequentialRead: true, autoOrient: true }).resize(224, 224).raw().toBuffer()
  await decode(readFileSync(smallest)) // what the decoder needs once
  const bytes = readFileSync(path)
  const before = peak()
  await decode(bytes)
  return (peak() - before) / (WIDTH * HEIGHT)
}

function peak() {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024
}
