import sharp from 'sharp'
import { noise, random } from './samples.ts'

/** A small picture of each format, in the forms that differ in their decoder. */
async function seeds(): Promise<Buffer[]> {
  const frames = await Promise.all([noise().png().toBuffer(), noise().negate().png().toBuffer()])
  const animation = sharp(frames, { join: { animated: true } })
  return Promise.all([
    noise().jpeg().toBuffer(),
    noise().jpeg({ progressive: true }).withMetadata({ orientation: 6 }).toBuffer(),
    noise().toColourspace('cmyk').jpeg().withIccProfile('cmyk').toBuffer(),
    noise().png().toBuffer(),
    noise(64, 48, 4).png({ progressive: true }).toBuffer(),
    noise().png({ palette: true }).toBuffer(),
    noise().toColourspace('rgb16').png().toBuffer(),
    noise().webp().toBuffer(),
    noise(64, 48, 4).webp({ lossless: true }).toBuffer(),
    animation.clone().gif().toBuffer(),
    animation.clone().webp().toBuffer(),
    noise().tiff({ compression: 'none' }).toBuffer(),
    noise().tiff({ compression: 'lzw', tile: true, tileWidth: 16, tileHeight: 16 }).toBuffer(),
    noise().tiff({ compression: 'jpeg' }).toBuffer(),
    noise().avif().toBuffer(),
    noise(64, 48, 4).avif({ lossless: true }).toBuffer(),
  ])
}

/**
 * One to four of: a byte or bit changed, a cut, a run of one value, bytes left out, another picture's tail, a wild
 * length.
 */
function mutate(seed: Buffer, all: readonly Buffer[], next: (below: number) => number): Buffer {
  let bytes = Buffer.from(seed)
  for (let changes = 1 + next(4); changes > 0 && bytes.length > 16; changes--) {
    // Headers are short, and most of what can go wrong is there.
    const at = next(3) === 0 ? next(Math.min(bytes.length, 200)) : next(bytes.length)
    const before = bytes.subarray(0, at)
    const kind = next(7)
    if (kind === 0) bytes[at] = next(256)
    else if (kind === 1) bytes[at]! ^= 1 << next(8)
    else if (kind === 2) bytes = bytes.subarray(0, Math.max(12, at))
    else if (kind === 3) bytes.fill(next(2) * 255, at, Math.min(bytes.length, at + next(32)))
    else if (kind === 4) bytes = Buffer.concat([before, bytes.subarray(at + next(20))])
    else if (kind === 5) {
      const other = all[next(all.length)]!
      bytes = Buffer.concat([before, other.subarray(next(other.length))])
    } else if (at + 4 <= bytes.length)
      bytes.writeUInt32BE([0, 0xffffffff, 0x7fffffff, 0x80000000, 65_536, 1][next(6)]!, at)
  }
  return bytes
}

/** Damaged pictures, the same every time; those that began as one seed lie as far apart as there are seeds. */
export async function mutatedPictures(count: number): Promise<Buffer[]> {
  const all = await seeds()
  const next = random(5)
  return Array.from({ length: count }, (_, i) => mutate(all[i % all.length]!, all, next))
}

/** Damaged JPEGs of a few forms, their first two markers whole; the same every time. */
export async function mutatedJpegs(count: number): Promise<Buffer[]> {
  const all = await Promise.all([
    noise().jpeg().toBuffer(),
    noise().jpeg({ progressive: true, quality: 40 }).toBuffer(),
    noise(90, 70).blur(3).jpeg({ chromaSubsampling: '4:4:4' }).toBuffer(),
    noise(90, 70).grayscale().jpeg().toBuffer(),
  ])
  const next = random(11)
  return Array.from({ length: count }, (_, i) => {
    const seed = all[i % all.length]!
    return Buffer.concat([seed.subarray(0, 4), mutate(seed.subarray(4), all, next)])
  })
}
