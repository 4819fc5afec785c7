import sharp, { type Sharp, type SharpOptions } from 'sharp'
import type { Header } from './header.ts'
import type { DecodeLimits } from './limits.ts'
import { rasterOf } from './ownDecoders.ts'
import { pageToShow } from './pages.ts'
import { hasSrgbProfile } from './profile.ts'
import type { Raster } from './raster.ts'
import type { PictureFormat } from './signatures.ts'

/**
 * What a look at a picture needs: the decoder, not yet run, and the format that its bytes tell. Opening it again costs
 * nothing, while sharp's `clone` copies the whole file.
 */
export type Look<T> = (open: () => Sharp, format: PictureFormat) => Promise<T>

/** What the decoder itself reads of a header that we can't read, such as a BigTIFF's. */
export async function decodersHeader(bytes: Uint8Array, limits: DecodeLimits): Promise<Header | undefined> {
  prepareSharp()
  const found = await open(bytes, limits, { limitInputPixels: false })
    .metadata()
    .catch(() => undefined)
  if (found === undefined) return undefined
  const { width, height, channels, depth, isProgressive } = found
  const bytesPerSample = { uchar: 1, char: 1, ushort: 2, short: 2, double: 8 }[depth as string] ?? 4
  return { width, height, bands: channels, bytesPerSample, whole: isProgressive === true }
}

/** @throws PictureError for everything that is wrong with the picture */
export async function lookAt<T>(
  bytes: Uint8Array,
  format: PictureFormat,
  limits: DecodeLimits,
  look: Look<T>,
): Promise<T> {
  prepareSharp()
  // Outside of the `try`: bad limits are not the picture's fault.
  open(bytes, limits)
  const more = { ignoreIcc: format === 'JPEG' && hasSrgbProfile(bytes) }
  const seconds = Math.min(3600, Math.ceil(limits.timeoutMs / 1000))
  try {
    const raster = await rasterOf(bytes, format, limits)
    const page = raster ? 0 : await pageToShow(page => open(bytes, limits, page > 0 ? { page } : {}), format)
    const paged = page > 0 ? { ...more, page } : more
    return await look(() => (raster ? wrap(raster) : open(bytes, limits, paged)).timeout({ seconds }), format)
  } catch (error) {
    const { explain } = await import('./diagnose.ts')
    throw await explain(error, { bytes, format }, limits, () =>
      open(bytes, limits, { limitInputPixels: false }).metadata(),
    )
  }
}

function wrap({ data, width, height, channels }: Raster): Sharp {
  return sharp(data, { raw: { width, height, channels }, limitInputPixels: false })
}

function open(bytes: Uint8Array, limits: DecodeLimits, more: SharpOptions = {}): Sharp {
  return sharp(bytes, {
    // libjpeg warns of harmless things, such as stray bytes between segments, in what many cameras write.
    failOn: limits.allowTruncated ? 'none' : 'error',
    limitInputPixels: limits.maxPixels,
    sequentialRead: true,
    autoOrient: true,
    ...more,
  })
}

let prepared = false

/** Settings of the whole process, so not made before the first picture. */
function prepareSharp(): void {
  if (prepared) return
  prepared = true
  // Many pictures side by side use the cores better than many threads on one small picture.
  sharp.concurrency(1)
  sharp.cache(false)
  // They never get this far; should one, what it could make the decoder read stays unread.
  sharp.block({ operation: ['VipsForeignLoadSvg', 'VipsForeignLoadPdf', 'VipsForeignLoadMagick'] })
}
