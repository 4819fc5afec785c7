import { Readable } from 'node:stream'
import { createInflate } from 'node:zlib'
import type { BaseDecoder, GeoTIFFImage, Pool } from 'geotiff'
import { jpegFrame } from './header.ts'
import { PictureError } from './pictureError.ts'
import { lercSamples, unpackBits, unpackLzw, zstdMost } from './tiffPacking.ts'

/** Blocks of Zstandard data are reckoned as whole ones. */
const SLACK = 262_144
/** Pixels of a tile, which a smaller picture fills up. */
const TILE = 2 ** 20
const RAW = 1
const LERC = 34_887
/** What packed LERC data once more, by the second of its parameters. */
const LERC_PACKED: Readonly<Record<number, number>> = { 1: 8, 2: 50_000 }

type Parameters = ConstructorParameters<typeof BaseDecoder>[0]

/** A block's bytes, and the compression that is still on them. */
type Unpacked = readonly [compression: number, bytes: Uint8Array]

/** Compressions by their numbers. @throws PictureError for what would unpack to more than `most` bytes */
const UNPACK: Readonly<Record<number, (bytes: Uint8Array, most: number) => Unpacked | Promise<Unpacked>>> = {
  5: (bytes, most) => [RAW, unpackLzw(bytes, most)],
  7: (bytes, most) => atMost(most, jpegSamples(bytes), [7, bytes]),
  8: async (bytes, most) => [RAW, await inflated(bytes, most)],
  32773: (bytes, most) => [RAW, unpackBits(bytes, most)],
  32946: (bytes, most) => UNPACK[8]!(bytes, most),
  [LERC]: (bytes, most) => atMost(most, lercSamples(bytes), [LERC, bytes]),
  50000: (bytes, most) => atMost(most + SLACK, zstdMost(bytes), [50_000, bytes]),
}

/**
 * Gives geotiff the blocks of one page, each unpacked no further than a block of that page can be long: of its own, a few
 * kilobytes become gigabytes.
 */
export function boundedBlocks(geotiff: typeof import('geotiff'), page: GeoTIFFImage): Pool {
  const bits = Array.from({ length: page.getSamplesPerPixel() }, (_, at) => page.getBitsPerSample(at))
  const pixelBytes = bits.reduce((sum, each) => sum + each, 0) / 8
  const pixels = Math.min(
    page.getTileWidth() * page.getTileHeight(),
    Math.max(page.getWidth() * page.getHeight(), TILE),
  )
  const most = Math.ceil(pixels * pixelBytes)
  const decode = async (compression: number, bytes: Uint8Array, parameters: Parameters) => {
    const unpack = UNPACK[compression]
    const [left, unpacked] = unpack ? await unpack(bytes, most) : [compression, bytes]
    return (await geotiff.getDecoder(left, parameters)).decode(wholeBuffer(unpacked))
  }
  const bindParameters = (compression: number, parameters: Parameters & { LercParameters?: ArrayLike<number> }) => ({
    decode: async (buffer: ArrayBufferLike) => {
      const bytes = new Uint8Array(buffer)
      const packing = compression === LERC ? LERC_PACKED[parameters.LercParameters?.[1] ?? 0] : undefined
      if (packing === undefined) return decode(compression, bytes, parameters)
      const lerc = await decode(packing, bytes, { ...parameters, predictor: 1 })
      return decode(LERC, new Uint8Array(lerc), { ...parameters, LercParameters: [0, 0] } as Parameters)
    },
  })
  return { bindParameters } as unknown as Pool
}

/** Inflates up to a length: what is beyond is not looked at. */
async function inflated(bytes: Uint8Array, most: number): Promise<Uint8Array> {
  const out = new Uint8Array(most)
  let to = 0
  for await (const chunk of Readable.from([bytes]).pipe(createInflate({ chunkSize: 65_536 }))) {
    const part = (chunk as Buffer).subarray(0, most - to)
    out.set(part, to)
    to += part.length
    if (to === most) break
  }
  return out.subarray(0, to)
}

/** Copies only what does not fill its memory: a block may be as large as the picture. */
function wholeBuffer(bytes: Uint8Array): ArrayBufferLike {
  return bytes.length === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer
}

function atMost(most: number, bytes: number, unpacked: Unpacked): Unpacked {
  if (bytes <= most) return unpacked
  throw new PictureError('damaged', 'damaged TIFF')
}

function jpegSamples(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const frame = jpegFrame(view)
  return frame === undefined ? 0 : view.getUint16(frame.at + 5) * view.getUint16(frame.at + 7)
}
