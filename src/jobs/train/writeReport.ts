import { dirname, join, relative, resolve, sep } from 'node:path'
import { writeAtomic } from '../../disk/writeAtomic.ts'
import type { DecodeLimits } from '../../image/limits.ts'
import { PictureError } from '../../image/pictureError.ts'
import { thumbnail } from '../../image/thumbnail.ts'
import type { Drawing } from '../../report/drawing.ts'
import { renderReport } from '../../report/renderReport.ts'
import type { ReportData, Thumbnail } from '../../report/reportData.ts'

/**
 * A report as one page.
 *
 * @param path where it is to lie
 * @param drawing of its charts, where it has begun
 */
export function reportPage(path: string, data: ReportData, pictures: PagePictures, drawing?: Drawing): Promise<string> {
  return renderPage(path, (base, thumbnail) => renderReport({ ...data, base }, thumbnail, drawing), pictures)
}

/** Writes a report as one page. The page that was there stays until the new one is whole. */
export async function writeReport(path: string, data: ReportData, pictures: PagePictures): Promise<void> {
  await writeAtomic(path, await reportPage(path, data, pictures))
}

/** Makes a page, told where the pictures' files are, seen from it. */
type Render = (base: string | undefined, thumbnail: Thumbnail) => Promise<string>

/** Where a page's pictures are, and how much of them is read. */
interface PagePictures {
  /** What their paths are relative to. */
  readonly folder: string
  readonly limits: DecodeLimits
}

/** The same for any page that shows pictures. */
export async function writePage(path: string, render: Render, pictures: PagePictures): Promise<void> {
  await writeAtomic(path, await renderPage(path, render, pictures))
}

function renderPage(path: string, render: Render, { folder, limits }: PagePictures): Promise<string> {
  return render(baseOf(path, folder), async picture => {
    try {
      return await thumbnail(join(folder, picture), limits)
    } catch (error) {
      if (error instanceof PictureError) return undefined // it was there when it was learnt
      throw error
    }
  })
}

/** Where a folder is, seen from a page, as the start of a link; undefined on another drive. */
function baseOf(page: string, folder: string): string | undefined {
  const steps = relative(dirname(resolve(page)), resolve(folder))
  if (resolve(folder) === steps) return undefined
  const names = steps.split(sep).map(name => encodeURIComponent(name))
  return steps === '' ? './' : `${names.join('/')}/`
}
