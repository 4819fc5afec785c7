import { p3ToSrgb } from './displayP3.ts'
import { PictureError } from './pictureError.ts'
import { profileName } from './profile.ts'
import type { Raster } from './raster.ts'

/** What is used of libheif-js, which comes without types. */
interface Libheif {
  readonly HeifDecoder: new () => { decode(bytes: Uint8Array): readonly HeifImage[] }
}

interface HeifImage {
  get_width(): number
  get_height(): number
  is_primary(): boolean
  display(into: { data: Uint8ClampedArray; width: number; height: number }, done: (result: object | null) => void): void
  free(): void
}

/**
 * Decodes the main picture of a HEIC file, upright: libheif turns it as the file says. Colours of Display P3, which iPhones
 * use, become sRGB.
 *
 * @throws PictureError `unsupported` where the optional decoder is not installed
 */
export async function decodeHeic(bytes: Uint8Array): Promise<Raster> {
  const { HeifDecoder } = await loadLibheif()
  return withoutItsWords(() => decodeMain(HeifDecoder, bytes))
}

async function decodeMain(HeifDecoder: Libheif['HeifDecoder'], bytes: Uint8Array): Promise<Raster> {
  const images = new HeifDecoder().decode(bytes)
  try {
    const image = images.find(each => each.is_primary()) ?? images[0]
    if (image === undefined) throw new Error('no picture in it')
    const [width, height] = [image.get_width(), image.get_height()]
    const data = await new Promise<Uint8ClampedArray>((resolve, reject) => {
      const into = { data: new Uint8ClampedArray(width * height * 4), width, height }
      image.display(into, result => (result === null ? reject(new Error('not decoded')) : resolve(into.data)))
    })
    if (isDisplayP3(bytes)) p3ToSrgb(data, 4)
    return { data: new Uint8Array(data.buffer), width, height, channels: 4 }
  } finally {
    for (const image of images) image.free()
  }
}

/** What libheif-js prints of damaged pictures: standard output is for results. */
const ITS_WORDS = /^(Could not parse HEIF|Decoding image failed)/
let decoding = 0
let log = console.log

async function withoutItsWords<T>(decode: () => Promise<T>): Promise<T> {
  if (decoding++ === 0) {
    log = console.log
    console.log = (...words) => {
      if (!ITS_WORDS.test(String(words[0]))) log(...words)
    }
  }
  try {
    return await decode()
  } finally {
    if (--decoding === 0) console.log = log
  }
}

async function loadLibheif(): Promise<Libheif> {
  try {
    // @ts-expect-error it has no types
    const { default: libheif } = await import('libheif-js/wasm-bundle.js')
    return libheif
  } catch (cause) {
    throw new PictureError('unsupported', 'HEIC needs a decoder: npm install libheif-js, or convert it to JPEG', cause)
  }
}

/** By the box `colr`: an ICC profile, or the number of its primaries (ISO/IEC 23091-2: 12 is P3 D65). */
function isDisplayP3(heic: Uint8Array): boolean {
  const bytes = Buffer.from(heic.buffer, heic.byteOffset, Math.min(heic.byteLength, 65_536))
  const nclx = bytes.indexOf('colrnclx', 0, 'latin1')
  if (nclx >= 0 && nclx + 10 <= bytes.length && bytes.readUInt16BE(nclx + 8) === 12) return true
  const icc = bytes.indexOf('colrprof', 0, 'latin1')
  return icc >= 0 && /^Display P3/.test(profileName(bytes.subarray(icc + 8)) ?? '')
}
