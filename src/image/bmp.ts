import { decode } from 'bmp-ts'
import type { Raster } from './raster.ts'

/** Decodes a Windows bitmap. What is in its fourth byte is no transparency to most programs that write it, so it is left out. */
export function decodeBmp(bytes: Uint8Array): Raster {
  const { data, width, height } = decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), {
    toRGBA: true,
  })
  if (data.length !== width * height * 4) throw new Error(`${data.length} bytes of ${width} x ${height} pixels`)
  const rgb = new Uint8Array(width * height * 3)
  for (let from = 0, to = 0; from < data.length; from += 4) {
    rgb[to++] = data[from]!
    rgb[to++] = data[from + 1]!
    rgb[to++] = data[from + 2]!
  }
  return { data: rgb, width, height, channels: 3 }
}
