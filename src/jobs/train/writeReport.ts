import { dirname, join, relative, resolve, sep } from 'node:path'
import { writeTogether } from '../../disk/writeAtomic.ts'
import type { DecodeLimits } from '../../image/limits.ts'
import { PictureError } from '../../image/pictureError.ts'
import { thumbnail } from '../../image/thumbnail.ts'
import type { Drawing } from '../../report/drawing.ts'
import { renderReport } from '../../report/renderReport.ts'
import type { ReportData, Thumbnail } from '../../report/reportData.ts'

/**
 * Writes a report as one page. The page that was there stays until the new one is whole.
 *
 * @param folder what the pictures' paths are relative to
 * @param draftFolder of the same disk, where what a kill leaves is found and removed; else the page's own
 * @param drawing of its charts, where it has begun
 */
export function writeReport(
  path: string,
  data: ReportData,
  folder: string,
  limits: DecodeLimits,
  draftFolder?: string,
  drawing?: Drawing,
): Promise<void> {
  const render: Render = (base, thumbnail) => renderReport({ ...data, base }, thumbnail, drawing)
  return writePage(path, render, { folder, limits, draftFolder })
}

/** Makes a page, told where the pictures' files are, seen from it. */
type Render = (base: string | undefined, thumbnail: Thumbnail) => Promise<string>

/** Where a page's pictures are, and how much of them is read. */
interface PagePictures {
  readonly folder: string
  readonly limits: DecodeLimits
  readonly draftFolder?: string | undefined
}

/** The same for any page that shows pictures. */
export async function writePage(
  path: string,
  render: Render,
  { folder, limits, draftFolder }: PagePictures,
): Promise<void> {
  const page = await render(baseOf(path, folder), async picture => {
    try {
      return await thumbnail(join(folder, picture), limits)
    } catch (error) {
      if (error instanceof PictureError) return undefined // it was there when it was learnt
      throw error
    }
  })
  await writeTogether([[path, page]], draftFolder)
}

/** Where a folder is, seen from a page, as the start of a link; undefined on another drive. */
function baseOf(page: string, folder: string): string | undefined {
  const steps = relative(dirname(resolve(page)), resolve(folder))
  if (resolve(folder) === steps) return undefined
  const names = steps.split(sep).map(name => encodeURIComponent(name))
  return steps === '' ? './' : `${names.join('/')}/`
}
