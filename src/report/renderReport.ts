import { shownLabel } from '../text.ts'
import { loadCharts } from './charts.ts'
import { Html, html, jsonScript } from './html.ts'
import type { ReportData, Thumbnail } from './reportData.ts'
import { SCRIPT } from './script.ts'
import { advice } from './sections/advice.ts'
import { categories } from './sections/categories.ts'
import { confusion } from './sections/confusion.ts'
import { morePictures, reliability, training, unknown } from './sections/figures.ts'
import { headline } from './sections/headline.ts'
import { mistakesAndDoubts, oddPictures } from './sections/pictures.ts'
import { recipe, skippedFiles } from './sections/recipe.ts'
import { LISTED, shownCells } from './selection.ts'
import { STYLE } from './style.ts'
import { loadThumbnails } from './thumbnails.ts'
import { percent } from './words.ts'

/** Marks a page as written by itc, which alone may be replaced by a newer one. */
const MARK = '<meta name="generator" content="itc">'
/** At most this many pictures are listed by name in the cells of the confusion matrix. */
const MOST_NAMES = 5000

/**
 * One self-contained page: no other file, no network, the same bytes for the same data.
 *
 * @param thumbnail pictures in small; asked for the few hundred most worth seeing
 */
export async function renderReport(data: ReportData, thumbnail: Thumbnail): Promise<string> {
  const [charts, thumbnails] = await Promise.all([loadCharts(), loadThumbnails(data, thumbnail)])
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
  return page(data, sections, thumbnails).text
}

/** Whether a file's text is a page that `renderReport` made. */
export function isReport(text: string): boolean {
  return text.slice(0, 500).includes(MARK)
}

function page(data: ReportData, sections: readonly Html[], thumbnails: ReadonlyMap<number, string>): Html {
  const contents = sections.flatMap(({ text }) => {
    const found = /<section id="([\w-]+)"[^>]*><h2[^>]*>([^<]+)</.exec(text)
    return found === null ? [] : [{ id: found[1]!, title: found[2]! }]
  })
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
${new Html(MARK)}
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${data.title}: how well pictures are named</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
<main id="main">
${headline(data)}
<nav aria-label="Contents"><ul>${contents.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
${sections}
</main>
<footer>Made by <code>itc</code>. Nothing on this page is loaded from elsewhere, and nothing is sent.</footer>
${jsonScript('report-data', pageData(data, thumbnails))}
<script>${new Html(SCRIPT)}</script>
</body>
</html>
`
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
