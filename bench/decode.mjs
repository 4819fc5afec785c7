// Milliseconds to decode one picture of each format and size into 224x224, alone and several at once. `node bench/decode.mjs`
// after `npm run build`.
import { cpus } from 'node:os'
import sharp from 'sharp'
import { decodePicture } from '../dist/image/decode.js'
import { spread } from './measure.mjs'

const recipe = { size: 224, resize: 'stretch', mean: [127.5, 127.5, 127.5], scale: [127.5, 127.5, 127.5] }
const SIZES = [
  [300, 200],
  [1024, 768],
  [4000, 3000],
]
const FORMATS = {
  JPEG: picture => picture.jpeg({ quality: 85 }),
  'JPEG, progressive': picture => picture.jpeg({ quality: 85, progressive: true }),
  'JPEG, Display P3': picture => picture.jpeg({ quality: 85 }).withIccProfile('p3'),
  PNG: picture => picture.png(),
  WebP: picture => picture.webp({ quality: 85 }),
  GIF: picture => picture.gif({ effort: 1 }),
  TIFF: picture => picture.tiff({ compression: 'lzw' }),
  AVIF: picture => picture.avif({ effort: 1 }),
}

/** Soft shapes with the grain of a photograph: neither flat nor pure noise. */
async function photograph(width, height) {
  const size = {
    width: 24,
    height: 16,
    channels: 3,
    background: '#808080',
    noise: { type: 'gaussian', mean: 128, sigma: 60 },
  }
  const shapes = await sharp({ create: size }).resize(width, height, { fit: 'fill', kernel: 'cubic' }).raw().toBuffer()
  for (let i = 0; i < shapes.length; i++)
    shapes[i] = Math.min(255, Math.max(0, shapes[i] + (Math.imul(i, 2654435761) >>> 28) - 8))
  return shapes
}

/** Milliseconds of wall time and of processor time a picture. */
async function measure(bytes, atOnce, count) {
  const [started, used] = [performance.now(), process.cpuUsage()]
  let next = 0
  const work = async () => {
    while (next++ < count) await decodePicture(bytes, recipe)
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  const { user, system } = process.cpuUsage(used)
  return { wall: (performance.now() - started) / count, cpu: (user + system) / 1000 / count }
}

const number = value => value.toFixed(1).padStart(7)
console.log(`${cpus().length} x ${cpus()[0].model}; Node ${process.versions.node}; sharp ${sharp.versions.sharp}`)
console.log(
  '\n| picture | kB | ms alone, median (min to max) | ms of processor | ms, 4 at once |\n| --- | --- | --- | --- | --- |',
)
for (const [width, height] of SIZES) {
  const raw = { raw: { width, height, channels: 3 } }
  const pixels = await photograph(width, height)
  for (const [format, encode] of Object.entries(FORMATS)) {
    const bytes = await encode(sharp(pixels, raw)).toBuffer()
    await measure(bytes, 1, 2) // what loads a decoder, or compiles it
    const first = await measure(bytes, 1, 1)
    const count = Math.max(4, Math.min(100, Math.round(300 / first.wall)))
    await measure(bytes, 1, count)
    const runs = []
    for (let i = 0; i < 5; i++) runs.push(await measure(bytes, 1, count))
    const wall = spread(runs.map(run => run.wall))
    const cpu = spread(runs.map(run => run.cpu))
    const together = await measure(bytes, 4, count)
    const alone = `${number(wall.median)} (${wall.min.toFixed(1)} to ${wall.max.toFixed(1)})`
    const kilobytes = Math.round(bytes.length / 1000)
    console.log(
      `| ${format} ${width}x${height} | ${kilobytes} | ${alone} | ${number(cpu.median)} | ${number(together.wall)} |`,
    )
  }
}
