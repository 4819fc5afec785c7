/** Upright pixels of 8 bits, interleaved: grey, RGB or RGBA. */
export interface Raster {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
  readonly channels: 1 | 3 | 4
}
