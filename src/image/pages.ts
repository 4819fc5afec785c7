import type { Sharp } from 'sharp'
import type { PictureFormat } from './signatures.ts'

/** Formats that hold several pages or frames. */
const PAGED: readonly PictureFormat[] = ['GIF', 'WebP', 'TIFF']
/** Looked at for one that is not blank: a film that fades in is of one colour for a second. */
export const MOST_PAGES = 32
/** Side of the small version that is looked at. */
const SIDE = 64
/** Standard deviation of luminance, 0 to 255, below which a page is blank: as `FLAWED.contrast` of a picture. */
const CONTRAST = 4

/**
 * Which page or frame of a picture is meant: the first that is not of one colour. A cover sheet and a frame before the film
 * begins show nothing.
 *
 * @param open the decoder for a page, not yet run
 * @returns 0 where there is one only, where all are blank, and where they can't be read
 */
export async function pageToShow(open: (page: number) => Sharp, format: PictureFormat): Promise<number> {
  if (!PAGED.includes(format)) return 0
  try {
    const first = await open(0).metadata() // the header alone
    const pages = Math.min(first.pages ?? 1, MOST_PAGES)
    if (pages < 2) return 0
    for (let page = 0; page < pages; page++) {
      const { width, height } = page === 0 ? first : await open(page).metadata()
      // Memory was reckoned for the first one.
      if (width * height <= first.width * first.height && !(await isBlank(open(page)))) return page
    }
    return 0
  } catch {
    return 0 // decoding it will find out why
  }
}

async function isBlank(page: Sharp): Promise<boolean> {
  const small = page.flatten({ background: '#ffffff' }).resize(SIDE, SIDE, { fit: 'fill' }).greyscale()
  const { data, info } = await small.raw().toBuffer({ resolveWithObject: true })
  let [sum, squares] = [0, 0]
  for (let at = 0; at < data.length; at += info.channels) {
    sum += data[at]!
    squares += data[at]! ** 2
  }
  const count = data.length / info.channels
  return squares / count - (sum / count) ** 2 < CONTRAST ** 2
}
