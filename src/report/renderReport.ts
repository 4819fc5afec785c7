import { shownLabel } from '../text.ts'
import { Drawing } from './drawing.ts'
import { page } from './page.ts'
import type { ReportData, Thumbnail } from './reportData.ts'
import { advice } from './sections/advice.ts'
import { categories } from './sections/categories.ts'
import { confusion } from './sections/confusion.ts'
import { morePictures, reliability, training, unknown } from './sections/figures.ts'
import { headline } from './sections/headline.ts'
import { mistakesAndDoubts, oddPictures } from './sections/pictures.ts'
import { recipe, skippedFiles } from './sections/recipe.ts'
import { LISTED, shownCells, shownPictures } from './selection.ts'
import { loadThumbnails } from './thumbnails.ts'
import { percent } from './words.ts'

/** At most this many pictures are listed by name in the cells of the confusion matrix. */
const MOST_NAMES = 5000

/**
 * One self-contained page: no other file, no network, the same bytes for the same data.
 *
 * @param thumbnail pictures in small; asked for the few hundred most worth seeing
 * @param drawing of its charts, where it has begun
 */
export async function renderReport(data: ReportData, thumbnail: Thumbnail, drawing = new Drawing()): Promise<string> {
  const [charts, thumbnails] = await Promise.all([
    drawing.charts(data),
    loadThumbnails(shownPictures(data), index => thumbnail(data.pictures[index]!.path)),
  ])
  const sections = [
    advice(data),
    confusion(data),
    mistakesAndDoubts(data),
    categories(data),
    reliability(data, charts),
    morePictures(data, charts),
    unknown(data),
    training(data, charts),
    oddPictures(data),
    skippedFiles(data),
    recipe(data),
  ].filter(section => section !== undefined)
  const title = `${data.title}: how well pictures are named`
  return page({ title, header: headline(data), sections, data: pageData(data, thumbnails) })
}

/** What the page's script needs to show the pictures of a cell. */
function pageData(data: ReportData, thumbnails: ReadonlyMap<number, string>) {
  const cells: Record<string, { total: number; pictures: [index: number, path: string, score: string][] }> = {}
  const listed = shownCells(data)
  const most = Math.max(LISTED, Math.floor(MOST_NAMES / Math.max(1, listed.length)))
  for (const { given, predicted, pictures } of listed) {
    // Those with a thumbnail first, in the order of their scores.
    const seen = pictures.filter(index => thumbnails.has(index))
    const ordered = [...seen, ...pictures.filter(index => !thumbnails.has(index))]
    cells[`${given}-${predicted}`] = {
      total: pictures.length,
      pictures: ordered.slice(0, most).map(index => {
        const { path, score } = data.pictures[index]!
        return [index, path, percent(score)]
      }),
    }
  }
  const { base } = data
  return { base, categories: data.categories.map(shownLabel), cells, thumbnails: Object.fromEntries(thumbnails) }
}
