import type { Raster } from './raster.ts'

/** Turns pixels upright. @param orientation 1 to 8, as TIFF and EXIF number them; others count as upright */
export function turned(raster: Raster, orientation: number): Raster {
  if (!(orientation >= 2 && orientation <= 8)) return raster
  const { data, width, height, channels } = raster
  const isSideways = orientation >= 5
  const [toWidth, toHeight] = isSideways ? [height, width] : [width, height]
  const result = new Uint8Array(data.length)
  for (let y = 0; y < toHeight; y++) {
    for (let x = 0; x < toWidth; x++) {
      const [column, row] = sourceOf(orientation, isSideways ? [y, x] : [x, y], width, height)
      const from = (row * width + column) * channels
      result.set(data.subarray(from, from + channels), (y * toWidth + x) * channels)
    }
  }
  return { data: result, width: toWidth, height: toHeight, channels }
}

/** 2 and 3, 7 and 8 are mirrored from left to right; 3 and 4, 6 and 7 from top to bottom. */
function sourceOf(orientation: number, [x, y]: readonly [number, number], width: number, height: number) {
  const column = [2, 3, 7, 8].includes(orientation) ? width - 1 - x : x
  const row = [3, 4, 6, 7].includes(orientation) ? height - 1 - y : y
  return [column, row] as const
}
