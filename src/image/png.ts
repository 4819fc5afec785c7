import sharp from 'sharp'
import type { Pixels } from './fit.ts'

/** RGB pixels as a PNG. */
export function encodePng({ data, width, height }: Pixels): Promise<Uint8Array> {
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer()
}
