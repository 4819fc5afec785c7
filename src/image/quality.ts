import { DEFAULT_LIMITS, type DecodeLimits } from './limits.ts'
import { withPicture } from './open.ts'

/** What a small version of a picture tells about it. */
export interface PictureQuality {
  /** In pixels, upright. */
  readonly width: number
  readonly height: number
  /** Mean luminance, 0 to 255. */
  readonly brightness: number
  /** Luminance that 1 % of the picture exceeds. */
  readonly highlight: number
  /** Standard deviation of luminance. */
  readonly contrast: number
  /** Variance of the Laplacian in the sharpest part of the picture against the variance of its luminance. */
  readonly sharpness: number
}

/** What may be wrong with a picture that can be decoded. */
const QUALITY_FLAWS = ['tiny', 'odd-shaped', 'dark', 'blank', 'blurred'] as const
export type QualityFlaw = (typeof QUALITY_FLAWS)[number]

/**
 * The value at which a flaw begins. They were set on 642 pictures: the sample's drawings and photographs, and 482 small ones
 * from the web, some of them of a black figure in the dark. None of the 642 counts as flawed.
 */
export const FLAWED = {
  /**
   * Shorter side in pixels. Measured on pictures shrunk to it: at 48, accuracy fell from 86 to 79 % on drawings and from
   * 99 to 97 % on photographs, and one in seven, or every second, looked unlike anything learnt.
   */
  side: 48,
  /**
   * Longer side against the shorter: films and telephones end at 2.4, the 642 at 3.3. Measured on pictures padded to it:
   * accuracy fell from 86 to 79 % on drawings, and between a third and a half of all looked unlike anything learnt.
   */
  shape: 3.5,
  /** Of `highlight`: the darkest of the 642 has 94; at a quarter of the light all are below 64. */
  highlight: 80,
  /** Of `contrast`: a lemon on white has 9, the least of all. */
  contrast: 4,
  /** Of `sharpness`: all sharp pictures but one, at 0.04, have 0.1 or more; of those blurred by 3 of 256 pixels, 96 % have less. */
  sharpness: 0.03,
} as const

/** Longer side at which luminance and sharpness are measured: what a network sees, whatever the camera. */
const SIDE = 256
/** The picture is measured in 4 x 4 parts: a sharp subject before a blurred background is not a blurred picture. */
const PARTS = 4

/**
 * Measures a small version of a picture, which takes a few milliseconds.
 *
 * @param source a file's path, or its bytes
 * @throws PictureError for everything that is wrong with the picture
 */
export function inspectPicture(
  source: string | Uint8Array,
  limits: DecodeLimits = DEFAULT_LIMITS,
): Promise<PictureQuality> {
  return withPicture(source, limits, async open => {
    const opened = open()
    const { autoOrient } = await opened.metadata() // the header alone
    const { data, info } = await opened
      .flatten({ background: '#ffffff' })
      .resize(SIDE, SIDE, { fit: 'inside', withoutEnlargement: true })
      .greyscale()
      .raw()
      .toBuffer({ resolveWithObject: true })
    const { width, height, channels } = info
    return { width: autoOrient.width, height: autoOrient.height, ...measure(data, width, height, channels) }
  })
}

/** The flaws of a picture, the worst first. */
export function flawsOf({ width, height, highlight, contrast, sharpness }: PictureQuality): QualityFlaw[] {
  const [shorter, longer] = [Math.min(width, height), Math.max(width, height)]
  const flaws: QualityFlaw[] = []
  if (shorter < FLAWED.side) flaws.push('tiny')
  if (longer > FLAWED.shape * shorter) flaws.push('odd-shaped')
  if (contrast < FLAWED.contrast) flaws.push('blank')
  else if (highlight < FLAWED.highlight) flaws.push('dark')
  // A tiny or blank picture has no edges that could be sharp.
  else if (sharpness < FLAWED.sharpness && !flaws.includes('tiny')) flaws.push('blurred')
  return flaws
}

/** @param data luminance, [height, width, channels] of which the first counts */
function measure(data: Uint8Array, width: number, height: number, channels: number) {
  const count = width * height
  const histogram = new Uint32Array(256)
  let sum = 0
  let squares = 0
  for (let at = 0; at < count; at++) {
    const value = data[at * channels]!
    histogram[value]!++
    sum += value
    squares += value * value
  }
  const brightness = sum / count
  const variance = Math.max(0, squares / count - brightness * brightness)
  let highlight = 255
  for (let above = histogram[255]!; highlight > 0 && above <= count / 100; above += histogram[--highlight]!);
  return {
    brightness,
    highlight,
    contrast: Math.sqrt(variance),
    // Against the contrast, or a picture in fog would count as blurred.
    sharpness: variance === 0 ? 0 : sharpestPart(data, width, height, channels) / variance,
  }
}

/** Variance of the Laplacian (Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy", 2000), by parts. */
function sharpestPart(data: Uint8Array, width: number, height: number, channels: number): number {
  const sums = new Float64Array(PARTS * PARTS)
  const squares = new Float64Array(PARTS * PARTS)
  const counts = new Float64Array(PARTS * PARTS)
  const row = width * channels
  for (let y = 1; y < height - 1; y++) {
    const across = Math.floor((y * PARTS) / height) * PARTS
    for (let x = 1; x < width - 1; x++) {
      const at = y * row + x * channels
      const laplacian = 4 * data[at]! - data[at - channels]! - data[at + channels]! - data[at - row]! - data[at + row]!
      const part = across + Math.floor((x * PARTS) / width)
      sums[part]! += laplacian
      squares[part]! += laplacian * laplacian
      counts[part]!++
    }
  }
  let sharpest = 0
  counts.forEach((count, part) => {
    if (count > 0) sharpest = Math.max(sharpest, squares[part]! / count - (sums[part]! / count) ** 2)
  })
  return sharpest
}
